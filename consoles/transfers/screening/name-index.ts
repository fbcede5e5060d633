import { compareNames, runsFrom, spelled, type Weigh, weighByKind } from './compare-names.ts'
import { type FoldedName, foldName, type NameKind, type NameWord } from './fold-name.ts'
import { inTurns } from './in-turns.ts'
import { likeness } from './word-likeness.ts'
import { bonesOf, soundOf } from './word-sound.ts'

/** A name on a list. Several may be one entry's: its own and its aliases. */
export type ListedName = {
  /** Which entry it is a name of. */
  readonly entry: string
  readonly name: string
  /** An alias of which the list itself says that it tells little (a nickname). */
  readonly weak: boolean
  /** Undefined where the list does not say what the entry is. */
  readonly kind: NameKind | undefined
}

/** The best name of an entry for the name that was screened. */
export type Found = { readonly name: ListedName; readonly score: number }

export type NameIndex = {
  readonly names: number
  /** How much a word tells, by its rarity on this list. */
  readonly weigh: Weigh
  /** Entries with a name that scores at least `least`, best first. */
  readonly screen: (
    name: string,
    asked: { readonly kind: NameKind; readonly least: number },
  ) => readonly Found[]
}

/** A nickname tells less than a name, and a person is seldom a company. */
const WEAK_SHARE = 0.9
const OTHER_KIND_SHARE = 0.85
/** How much of a word's weight goes with being on every name of the list. */
const RARITY_SHARE = 0.5
/** What the first look may underrate a name by. */
const FIRST_LOOK_SLACK = 0.04
/** Names that are compared word by word, and entries that are answered: more than an operator looks at for one name. */
const COMPARED_MAX = 120
const FOUND_MAX = 20
/** Kinds that are in so many names that the first look takes them for met. */
const LIGHT = new Set(['particle', 'legal_form', 'initial'])

/** Consonants of a word that it is looked up by: longer ones are told apart when they are compared (the longest published has 15). */
const BONES_MAX = 20
/** Names, or words, after which the rest of the process has its turn while an index is made. */
const TURN = 500

/** Words whose neighbours are remembered. */
const CLOSE_WORDS_KEPT_MAX = 5_000
/** Sounds that one word may have more than another that is close to it; vowels that a script leaves out count too. */
const SOUNDS_APART_MAX = 4

type Close = { readonly id: number; readonly score: number }

/**
 * An index of a list's names in memory. A name is looked up by the consonants of its words, one of which may be missing, wrong or too
 * many; what shares enough weight of words with it is compared in full (`compareNames`).
 */
export async function makeNameIndex(names: readonly ListedName[]): Promise<NameIndex> {
  const words = new Map<string, number>()
  const distinct: NameWord[] = []
  const postings: number[][] = []
  /** Pairs of neighbours as one word, by sound. */
  const joined = new Map<string, number[]>()
  /** Names by their letters without spaces. */
  const bySpelling = new Map<string, number[]>()
  const frequency = new Map<string, number>()
  const folded: FoldedName[] = []
  await inTurns(names, TURN, ({ name, kind }, id) => {
    const one = foldName(name, kind ?? 'other')
    folded.push(one)
    for (const sound of new Set(one.map((word) => word.sound))) {
      frequency.set(sound, (frequency.get(sound) ?? 0) + 1)
    }
    append(bySpelling, spelled(one), id)
    for (const [at, word] of one.entries()) {
      for (const run of runsFrom(one, at)) append(joined, joinedSound(one, run), id)
      if (LIGHT.has(word.kind)) continue
      const key = wordKey(word)
      let found = words.get(key)
      if (found === undefined) {
        found = distinct.length
        words.set(key, found)
        distinct.push({ ...word, text: '', at: 0 })
        postings.push([])
      }
      const list = postings[found]
      if (list && list.at(-1) !== id) list.push(id)
    }
  })
  const weigh: Weigh = (word) =>
    weighByKind(word) *
    (1 - (RARITY_SHARE * Math.log1p(frequency.get(word.sound) ?? 0)) / Math.log1p(names.length))
  const weights = Float32Array.from(folded, (one) => one.reduce((sum, word) => sum + weigh(word), 0))
  const light = Float32Array.from(folded, (one) => lightOf(one, weigh))
  const wordWeights = Float32Array.from(distinct, weigh)
  const byBones = new Map<string, number[]>()
  await inTurns(distinct, TURN, (word, id) => {
    for (const key of keysOf(word.bones)) append(byBones, key, id)
  })
  const lists = postings.map((list) => Int32Array.from(list))

  const ours = new Float32Array(names.length)
  const theirs = new Float32Array(names.length)
  const seen = new Int32Array(names.length).fill(-1)
  const tried = new Int32Array(distinct.length)
  let trying = 0
  /** The same words come again and again in the names of parties. */
  const closeWords = new Map<string, readonly Close[]>()

  /** Words of the list that are close to a word, closest first. */
  function closeTo(word: NameWord): readonly Close[] {
    const key = wordKey(word)
    const known = closeWords.get(key)
    if (known !== undefined) return known
    const close: Close[] = []
    trying += 1
    for (const bones of keysOf(word.bones)) {
      for (const id of byBones.get(bones) ?? []) {
        if (tried[id] === trying) continue
        tried[id] = trying
        const other = distinct[id]
        if (!other || Math.abs(other.sound.length - word.sound.length) > SOUNDS_APART_MAX) continue
        const { score } = likeness(word, other)
        if (score > 0) close.push({ id, score })
      }
    }
    close.sort((a, b) => b.score - a.score)
    if (closeWords.size >= CLOSE_WORDS_KEPT_MAX) closeWords.clear()
    closeWords.set(key, close)
    return close
  }

  function screen(
    name: string,
    { kind, least }: { readonly kind: NameKind; readonly least: number },
  ): readonly Found[] {
    const query = foldName(name, kind)
    const touched: number[] = []
    const all = query.reduce((sum, word) => sum + weigh(word), 0)
    if (all === 0) return []
    const note = (id: number, at: number, our: number, their: number) => {
      const before = seen[id] ?? -1
      if (before === at) return
      if (before === -1) touched.push(id)
      seen[id] = at
      ours[id] = (ours[id] ?? 0) + our
      theirs[id] = (theirs[id] ?? 0) + their
    }
    for (const [at, word] of query.entries()) {
      // One word here may be several there, and several here one there.
      for (const run of runsFrom(query, at)) noteJoined(run, at)
      if (LIGHT.has(word.kind)) continue
      const weight = weigh(word)
      for (const { id, score } of closeTo(word)) {
        const their = score * (wordWeights[id] ?? 0)
        for (const listed of lists[id] ?? []) note(listed, at, score * weight, their)
      }
      for (const listed of joined.get(word.sound) ?? []) note(listed, at, weight, 2 * weight)
    }
    function noteJoined(run: readonly number[], at: number) {
      const sound = joinedSound(query, run)
      for (const id of byBones.get(bonesOf(sound).slice(0, BONES_MAX)) ?? []) {
        if (distinct[id]?.sound !== sound) continue
        const weight = run.reduce((sum, one) => sum + weigh(query[one] as NameWord), 0)
        for (const listed of lists[id] ?? []) note(listed, at, weight, wordWeights[id] ?? 0)
      }
    }
    const ourLight = lightOf(query, weigh)
    const slack = FIRST_LOOK_SLACK + (query.some((word) => word.kind === 'initial') ? 0.15 : 0)
    const promising: { id: number; bound: number }[] = []
    for (const id of touched) {
      const a = Math.min(1, ((ours[id] ?? 0) + ourLight) / all)
      const b = Math.min(1, ((theirs[id] ?? 0) + (light[id] ?? 0)) / (weights[id] || 1))
      const bound = 0.55 * Math.max(a, b) + 0.45 * Math.min(a, b)
      if (bound >= least - slack) promising.push({ id, bound })
      ours[id] = 0
      theirs[id] = 0
      seen[id] = -1
    }
    for (const id of bySpelling.get(spelled(query)) ?? []) promising.push({ id, bound: 1 })
    promising.sort((a, b) => b.bound - a.bound)
    const best = new Map<string, Found>()
    for (const { id } of promising.slice(0, COMPARED_MAX)) {
      const listed = names[id]
      if (!listed) continue
      const score = scoreFor(query, listed, kind, weigh)
      const before = best.get(listed.entry)
      if (score >= least && (before === undefined || before.score < score)) {
        best.set(listed.entry, { name: listed, score })
      }
    }
    return [...best.values()]
      .sort((a, b) => b.score - a.score || (a.name.entry < b.name.entry ? -1 : 1))
      .slice(0, FOUND_MAX)
  }

  return { names: names.length, weigh, screen }
}

/** What a name on a list scores, with what its kind and its weakness take away. */
export function scoreFor(
  query: FoldedName,
  { name, weak, kind: listedKind }: ListedName,
  kind: NameKind,
  weigh: Weigh = weighByKind,
): number {
  const { score } = compareNames(query, foldName(name, listedKind ?? 'other'), kind, weigh)
  return (
    score * (weak ? WEAK_SHARE : 1) * (listedKind === undefined || listedKind === kind ? 1 : OTHER_KIND_SHARE)
  )
}

const wordKey = ({ latin, kind, unvowelled }: NameWord) => `${kind[0]}${unvowelled ? 1 : 0}${latin}`

const lightOf = (name: FoldedName, weigh: Weigh) =>
  name.reduce((sum, word) => sum + (LIGHT.has(word.kind) ? weigh(word) : 0), 0)

const joinedSound = (name: FoldedName, run: readonly number[]) =>
  soundOf(run.map((at) => name[at]?.latin).join(''))

/** The consonants, and them with any one left out: two words share a key where at most one consonant of each is the other's not. */
function keysOf(all: string): Set<string> {
  const bones = all.slice(0, BONES_MAX)
  const keys = new Set([bones])
  if (bones.length < 2) return keys
  for (let at = 0; at < bones.length; at += 1) keys.add(bones.slice(0, at) + bones.slice(at + 1))
  return keys
}

function append(map: Map<string, number[]>, key: string, id: number): void {
  const list = map.get(key)
  if (list === undefined) map.set(key, [id])
  else if (list.at(-1) !== id) list.push(id)
}
