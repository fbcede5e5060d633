import type { NameWord } from './fold-name.ts'

/** Why two words that are not the same letter for letter are taken for close. */
export type Why = 'transliteration' | 'spelling' | 'initial' | 'vowels' | 'joined' | 'legal_form' | 'particle'

export type Likeness = { readonly score: number; readonly why?: Why }

const DIFFERENT: Likeness = { score: 0 }
const SAME: Likeness = { score: 1 }

/** Spellings of one sound are nearly the same. */
const SAME_SOUND = 0.97
/** Of a word without its vowels the consonants are all there is to go by. */
const SAME_BONES = 0.92
const SHORTEST_BONES = 2
const INITIAL = 0.6
/** One article or particle is much like another: al, el, ad; bin, ibn. */
const PARTICLES_ALIKE = 0.8

/** Longest sound that is compared letter by letter. */
const SOUND_LETTERS_MAX = 32

/** How alike two words of names are, 0 to 1; 0 where they are not close at all. */
export function likeness(ours: NameWord, theirs: NameWord): Likeness {
  if (ours.latin === theirs.latin) return SAME
  if (ours.kind === 'number' || theirs.kind === 'number') return DIFFERENT
  if (ours.kind === 'legal_form' || theirs.kind === 'legal_form') {
    return ours.kind === theirs.kind ? { score: 0.5, why: 'legal_form' } : DIFFERENT
  }
  if (ours.kind === 'particle' && theirs.kind === 'particle')
    return { score: PARTICLES_ALIKE, why: 'particle' }
  if (ours.kind === 'initial' || theirs.kind === 'initial') {
    const begins = ours.latin[0] === theirs.latin[0] && ours.latin.length !== theirs.latin.length
    return begins ? { score: INITIAL, why: 'initial' } : DIFFERENT
  }
  if (ours.sound === theirs.sound) return { score: SAME_SOUND, why: 'transliteration' }
  if (ours.unvowelled || theirs.unvowelled) {
    return ours.bones === theirs.bones && ours.bones.length >= SHORTEST_BONES
      ? { score: SAME_BONES, why: 'vowels' }
      : DIFFERENT
  }
  const letters = letterLikeness(ours.latin, theirs.latin)
  const sounds = soundLikeness(ours.sound, theirs.sound)
  return letters.score > sounds.score ? letters : sounds
}

/**
 * One letter wrong, missing or too many by the longer word's length: what makes a slip of a long word makes another name of a short
 * one (Salem, Saleh), so that it takes other words beside it to be a match.
 */
const ONE_LETTER = [0, 0, 0, 0.4, 0.6, 0.68, 0.78, 0.83, 0.87, 0.9]
const TWO_LETTERS_FROM = 8
const TWO_LETTERS = 0.74
/** Two letters that changed places are a slip of the hand, never another name. */
const SWAP_MORE = 0.1
const FIRST_LETTER_LESS = 0.08

/** Of two words as they are written: a slip or two of the hand. */
function letterLikeness(ours: string, theirs: string): Likeness {
  const length = Math.max(ours.length, theirs.length)
  if (Math.abs(ours.length - theirs.length) > 2 || length > SOUND_LETTERS_MAX) return DIFFERENT
  const one = ONE_LETTER[Math.min(length, ONE_LETTER.length - 1)] ?? 0
  if (one === 0) return DIFFERENT
  let start = 0
  const shorter = Math.min(ours.length, theirs.length)
  while (start < shorter && ours.charCodeAt(start) === theirs.charCodeAt(start)) start += 1
  let end = 0
  while (
    end < shorter - start &&
    ours.charCodeAt(ours.length - 1 - end) === theirs.charCodeAt(theirs.length - 1 - end)
  ) {
    end += 1
  }
  const left = ours.length - start - end
  const right = theirs.length - start - end
  const less = start === 0 ? FIRST_LETTER_LESS : 0
  if (left <= 1 && right <= 1) return { score: one - less, why: 'spelling' }
  if (left === 2 && right === 2 && ours[start] === theirs[start + 1] && ours[start + 1] === theirs[start]) {
    return { score: one + SWAP_MORE - less, why: 'spelling' }
  }
  if (length < TWO_LETTERS_FROM) return DIFFERENT
  return isTwoApart(ours.slice(start, ours.length - end), theirs.slice(start, theirs.length - end))
    ? { score: TWO_LETTERS - less, why: 'spelling' }
    : DIFFERENT
}

/** Whether two changes turn one into the other; neither begins or ends as the other does. */
function isTwoApart(left: string, right: string): boolean {
  if (left.length <= 2 && right.length <= 2) return true
  const inner = (a: string, b: string) => {
    const [x, y] = a.length >= b.length ? [a, b] : [b, a]
    return x === y || (x.length - y.length <= 1 && oneApart(x, y))
  }
  // One of the two changes is at the first letter; the rest is one apart.
  return inner(left.slice(1), right) || inner(left, right.slice(1)) || inner(left.slice(1), right.slice(1))
}

function oneApart(longer: string, shorter: string): boolean {
  let start = 0
  while (start < shorter.length && longer[start] === shorter[start]) start += 1
  return longer.length === shorter.length
    ? longer.slice(start + 1) === shorter.slice(start + 1)
    : longer.slice(start + 1) === shorter.slice(start)
}

/** Of two sounds: one less what it takes to turn the one into the other, as long as that is little for their length. */
function soundLikeness(ours: string, theirs: string): Likeness {
  const length = Math.max(ours.length, theirs.length)
  const most = allowance(Math.min(ours.length, theirs.length))
  if (most === 0 || length > SOUND_LETTERS_MAX || Math.abs(ours.length - theirs.length) > 2.5 * most)
    return DIFFERENT
  const cost = distance(ours, theirs, most)
  return cost > most ? DIFFERENT : { score: 1 - cost / length, why: 'transliteration' }
}

/** What may differ between words of this many sounds: kindred sounds and vowels, less than a letter of its own unless they are long. */
function allowance(letters: number): number {
  if (letters <= 2) return 0
  if (letters === 3) return 0.4
  if (letters === 4) return 0.6
  if (letters <= 6) return 0.8
  return 1
}

/** Alphabets without vowels are written with one or the other of these; of others a name becomes another. */
const NEAR_VOWEL = 0.15
const LOOSE_VOWEL = 0.4
const OTHER_VOWEL = 0.75
const VOWEL_MORE = 0.5
/** Antonio and Antonia, Karim and Karima are two people. */
const LAST_VOWEL = 0.7
const H_MORE = 0.35
const NEAR_CONSONANT = 0.35
/** A wrong first letter makes another word of it sooner than any other. */
const FIRST_LETTER = 0.3

/** As the table of costs has it. */
const LOOSE = Math.fround(LOOSE_VOWEL)

const CODES = 128
const isVowel = new Uint8Array(CODES)
for (const vowel of 'aeiou') isVowel[vowel.charCodeAt(0)] = 1
/** What one letter in the place of another costs, by the codes of both; a whole letter unless something is known. */
const substitution = new Float32Array(CODES * CODES).fill(1)
const near = (pairs: string, cost: number) => {
  for (const pair of pairs.split(' ')) {
    const [a = 0, b = 0] = [pair.charCodeAt(0), pair.charCodeAt(1)]
    substitution[a * CODES + b] = cost
    substitution[b * CODES + a] = cost
  }
}
near('ai au eo eu io iu', OTHER_VOWEL)
near('ao', LOOSE_VOWEL)
near('ou ei ae', NEAR_VOWEL)
// Sounds that alphabets and ears take for one another.
near('bp dt gk vf bv sz Ss Cs Ck XC Xk Xh kh gJ Jj gj zJ ji ju vu hg SC Xg dz tz ts nm vw uw', NEAR_CONSONANT)

const rows = [0, 1].map(() => new Float32Array(SOUND_LETTERS_MAX + 1))

/** Weighted Levenshtein distance; stops above `most`. */
function distance(ours: string, theirs: string, most: number): number {
  let [previous, current] = rows as [Float32Array, Float32Array]
  previous[0] = 0
  for (let column = 1; column <= theirs.length; column += 1) {
    previous[column] = (previous[column - 1] ?? 0) + more(theirs, column - 1)
  }
  for (let row = 1; row <= ours.length; row += 1) {
    const a = code(ours, row - 1)
    current[0] = (previous[0] ?? 0) + more(ours, row - 1)
    let least = current[0]
    for (let column = 1; column <= theirs.length; column += 1) {
      const b = code(theirs, column - 1)
      let change = a === b ? 0 : (substitution[a * CODES + b] ?? 1)
      if (change > 0 && row === 1 && column === 1) change += FIRST_LETTER
      if (change === LOOSE && row === ours.length && column === theirs.length) change = LAST_VOWEL
      let cost = (previous[column - 1] ?? 0) + change
      const without = (previous[column] ?? 0) + more(ours, row - 1)
      if (without < cost) cost = without
      const extra = (current[column - 1] ?? 0) + more(theirs, column - 1)
      if (extra < cost) cost = extra
      current[column] = cost
      if (cost < least) least = cost
    }
    if (least > most) return least
    ;[previous, current] = [current, previous]
  }
  return previous[theirs.length] ?? 0
}

function code(sound: string, at: number): number {
  const found = sound.charCodeAt(at)
  return found < CODES ? found : 0
}

/** What a letter too many costs. */
function more(sound: string, at: number): number {
  const letter = code(sound, at)
  const vowel = at === sound.length - 1 ? LAST_VOWEL : VOWEL_MORE
  const cost = isVowel[letter] === 1 ? vowel : letter === 104 ? H_MORE : 1
  return at === 0 ? cost + FIRST_LETTER : cost
}
