import { LEGAL_FORMS } from './legal-forms.ts'
import { transliterate } from './transliterate.ts'
import { bonesOf, soundOf } from './word-sound.ts'

export type NameKind = 'person' | 'other'

/** What a word is within a name: of particles, legal forms and words of every trade a name has little to tell. */
export type WordKind = 'word' | 'particle' | 'legal_form' | 'common' | 'construct' | 'initial' | 'number'

/** A word of a name, folded. */
export type NameWord = {
  /** As it stands in the name, and where (in UTF-16 units). */
  readonly text: string
  readonly at: number
  readonly latin: string
  readonly sound: string
  readonly bones: string
  readonly kind: WordKind
  /** Written in a script that leaves vowels out. */
  readonly unvowelled: boolean
}

export type FoldedName = readonly NameWord[]

/** Longest name that is read, in characters, and most words of it: no name on a published list has as many. */
const NAME_CHARACTERS_MAX = 400
const WORDS_MAX = 32

const PARTICLES = new Set(
  'al el ad ar as at az an ash ul ur il bin ibn ben bint binti ould oulad ouled uld wald de del della di da do dos das du la le los las y e van von der den ten ter zu the and of et und for mr mrs ms dr prof sir haji hajji hadji sheikh shaikh shaykh sayyid'.split(
    ' ',
  ),
)

/** Words of every trade and of every kind of house. */
const COMMON = new Set(
  'bank banco banque company companies trading trade general group holding holdings international intl global industries industry industrial enterprise enterprises services service commercial foundation fundacion organization organisation corporation establishment establishments center centre national import export imports exports investment investments management development transport shipping logistics marketing technology technologies engineering construction office agency association society federation committee comercializadora inversiones comercial internacional distribuidora sociedad grupo'.split(
    ' ',
  ),
)

const WORD = /[\p{L}\p{N}][\p{L}\p{N}\p{M}'’ʼʻ`´‘ʿʾ]*/gu

/**
 * The words of a name as they are compared: in Latin letters, without case, marks and punctuation. Of companies what says their legal
 * form is folded too; `Sa` and `Ag` are names of people.
 */
export function foldName(name: string, kind: NameKind): FoldedName {
  const found = [...name.slice(0, NAME_CHARACTERS_MAX).matchAll(WORD)].slice(0, WORDS_MAX)
  const words = found.flatMap(({ 0: text, index }) => fold(text, index, kind))
  const joined = joinLetters(words, kind)
  return kind === 'person' ? joined : withLegalForms(joined)
}

function fold(text: string, at: number, nameKind: NameKind): NameWord[] {
  const folded = text.toLowerCase().normalize('NFKC')
  const lower = nameKind === 'person' ? withoutDigits(folded) : folded
  // The Arabic article is written with its word.
  if (/^[اٱ]ل.{3,}/u.test(lower)) {
    return [wordOf('al', text.slice(0, 2), at), ...fold(text.slice(2), at + 2, nameKind)]
  }
  const { latin, unvowelled } = transliterate(lower.replace(/['’ʼʻ`´‘ʿʾ]/g, ''))
  if (latin === '') return []
  const parts = unvowelled ? undefined : constructOf(latin)
  if (parts === undefined) return [wordOf(latin, text, at, unvowelled)]
  const [first, second] = parts
  if (second === undefined) return [wordOf(first, text, at, false, 'construct')]
  const split = Math.min(Math.max(1, text.length - second.length), text.length - 1)
  const [head, tail] = [text.slice(0, split), text.slice(split)]
  const second_ =
    second === 'din' ? wordOf(second, tail, at + split, false, 'construct') : wordOf(second, tail, at + split)
  return [wordOf(first, head, at), second_]
}

/** Digits that are read as the letter which they look like. */
const LOOKS_LIKE: Readonly<Record<string, string>> = {
  ...{ 0: 'o', 2: 'z', 3: 'e', 4: 'a', 5: 's', 6: 'g', 7: 't', 8: 'b', 9: 'g' },
}
const VOWEL = /[aeiou]/

/** V1ktor is Viktor: nobody is called with a digit within their name. What is a number, or an ordinal (3rd), stays one. */
function withoutDigits(word: string): string {
  if (!/\d/.test(word) || !/\p{L}/u.test(word) || /^\d+(?:st|nd|rd|th)$/.test(word)) return word
  const letters = Array.from(word, (letter) => LOOKS_LIKE[letter] ?? letter)
  // A one is an l or an i: which of them is told by what it stands beside.
  return letters
    .map((letter, at) => {
      if (letter !== '1') return letter
      const [before = '', after = ''] = [letters[at - 1], letters[at + 1]]
      const twice = before === '1' || after === '1'
      return twice || VOWEL.test(after) ? 'l' : 'i'
    })
    .join('')
}

/**
 * Arabic names of two words, written as one or with the article in whatever form it takes before the second: Abdulrahman, Abderrahmane,
 * Abd al-Rahman; Saifuddin, Seif Eddine, Sayf al-Din. Abdullah is a name by itself.
 */
function constructOf(latin: string): readonly [first: string, second?: string] | undefined {
  if (/^abd(?:[aeiou]?[l])?$/.test(latin)) return ['abd']
  const servant = /^abd[aeiou](?:l|([rsdtzn])(?=\1))([b-df-hj-np-tv-z]\w{3,})$/.exec(latin)
  if (servant?.[2] !== undefined && !/^lah?$/.test(servant[2])) return ['abd', servant[2]]
  const faith = /^(\w{3,}?)(?:[aeiou]d|[aeiou]l)d[iy]ne?$/.exec(latin)
  if (faith?.[1] !== undefined) return [faith[1], 'din']
  return /^(?:[aeiou]d|[aeiou]l)d[iy]ne?$/.test(latin) ? ['din'] : undefined
}

function wordOf(
  latin: string,
  text: string,
  at: number,
  unvowelled = false,
  kind: WordKind = kindOf(latin),
): NameWord {
  const sound = soundOf(latin)
  if (latin === 'abd' && kind === 'word') return wordOf(latin, text, at, unvowelled, 'construct')
  return { text, at, latin, sound, bones: bonesOf(sound), kind, unvowelled }
}

function kindOf(latin: string): WordKind {
  if (/^\p{N}/u.test(latin)) return 'number'
  if (/^[a-z]$/.test(latin) && latin !== 'y') return 'initial'
  if (PARTICLES.has(latin)) return 'particle'
  return COMMON.has(latin) ? 'common' : 'word'
}

/** Letters that make a form of company (`S.A.R.L.`, `S A`), and three or more, are one word; others are initials. */
function joinLetters(words: NameWord[], kind: NameKind): NameWord[] {
  const joined: NameWord[] = []
  for (let at = 0; at < words.length; ) {
    let end = at
    while (isLetter(words[end]) && (end === at || isNextTo(words[end - 1], words[end]))) end += 1
    const run = words.slice(at, end)
    const latin = run.map((word) => word.latin).join('')
    const [first] = run
    if (first !== undefined && isOneWord(latin, at, kind)) {
      joined.push(wordOf(latin, run.map(({ text }) => text).join('.'), first.at))
    } else {
      joined.push(...(run.length > 0 ? run : words.slice(at, at + 1)))
    }
    at = Math.max(end, at + 1)
  }
  return joined
}

const isOneWord = (letters: string, at: number, kind: NameKind) =>
  letters.length > 2 || (letters.length === 2 && at > 0 && kind !== 'person' && LEGAL_FORMS.has(letters))
const isLetter = (word: NameWord | undefined) => word !== undefined && word.latin.length === 1
const isNextTo = (before: NameWord | undefined, after: NameWord | undefined) =>
  before !== undefined && after !== undefined && after.at - before.at <= before.text.length + 2

/** Forms of company, of one word or several, before a name or behind it, become the one short form of their kind. */
function withLegalForms(words: NameWord[]): NameWord[] {
  if (words.length < 2) return words
  const before = FORM_LENGTHS.find((length) => length < words.length && isForm(words.slice(0, length)))
  const rest = words.slice(before ?? 0)
  const after: NameWord[] = []
  for (;;) {
    const length = FORM_LENGTHS.find((one) => one < rest.length && isForm(rest.slice(-one)))
    if (length === undefined) break
    after.unshift(formOf(rest.splice(-length)))
  }
  return [...(before === undefined ? [] : [formOf(words.slice(0, before))]), ...rest, ...after]
}

const FORM_WORDS_MAX = Math.max(...[...LEGAL_FORMS.keys()].map((form) => form.split(' ').length))
/** Longest first. */
const FORM_LENGTHS = Array.from({ length: FORM_WORDS_MAX }, (_, index) => FORM_WORDS_MAX - index)

const spelling = (words: readonly NameWord[]) => words.map(({ latin }) => latin).join(' ')
const isForm = (words: readonly NameWord[]) => LEGAL_FORMS.has(spelling(words))

function formOf(words: readonly NameWord[]): NameWord {
  const text = words.map((one) => one.text).join(' ')
  return wordOf(LEGAL_FORMS.get(spelling(words)) ?? '', text, words[0]?.at ?? 0, false, 'legal_form')
}
