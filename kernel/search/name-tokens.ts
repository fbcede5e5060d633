/** Of a name or of what is typed; what is longer is no name that somebody types. */
const WORDS_MAX = 6
const WORD_MAX_CHARACTERS = 24
/** Shorter beginnings would be those of everybody. */
const PREFIX_MIN_CHARACTERS = 3
const PREFIX_MAX_CHARACTERS = 8
/** With a letter less, a word of two letters says nothing. */
const SLIP_MIN_CHARACTERS = 3

/** Tells whether two texts are the same, and nothing else: a keyed hash, as the decimal text of 64 bits with a sign. */
export type Blind = (text: string) => string

/** Letters that stand for others where accents are left out (Unicode has no decomposition of them). */
const FOLDED: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ı: 'i',
}

/** The words of a name: lower case, without accents, apostrophes or punctuation. */
export function nameWords(name: string): string[] {
  return name
    .normalize('NFKD')
    .replace(/[\p{M}'’`]/gu, '')
    .toLowerCase()
    .replace(/[ßæœøłđðþı]/g, (letter) => FOLDED[letter] ?? letter)
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '')
    .slice(0, WORDS_MAX)
    .map((word) => Array.from(word).slice(0, WORD_MAX_CHARACTERS).join(''))
}

/**
 * What stands in the index for a name: of each word itself (W), with each of its letters left out (D; the symmetric
 * deletion of Garbe's SymSpell, so that one wrong, missing, added or swapped letter still meets), its beginnings (P), and
 * neighbouring words written as one.
 */
export function nameTokens(words: readonly string[], blind: Blind): string[] {
  const tokens = new Set<string>()
  for (const word of words) {
    tokens.add(blind(`W ${word}`))
    for (const shorter of withoutOneLetter(word)) tokens.add(blind(`D ${shorter}`))
    for (const beginning of beginnings(word)) tokens.add(blind(`P ${beginning}`))
  }
  for (const joined of joinedWords(words)) tokens.add(blind(`W ${joined}`))
  return [...tokens]
}

/** E-mail addresses are compared whole, in lower case (RFC 5321 §2.3.11 leaves the local part to its host; none tells case apart). */
export function emailToken(address: string, blind: Blind): string {
  return blind(`E ${address.trim().toLowerCase()}`)
}

/** What one typed word may meet, best first. */
export type WordTokens = {
  readonly exact: readonly string[]
  readonly beginning: readonly string[]
  /** A letter too many or too few. */
  readonly near: readonly string[]
  /** A wrong letter, or two that changed places. */
  readonly far: readonly string[]
}

export function typedTokens(word: string, blind: Blind): WordTokens {
  const shorter = withoutOneLetter(word)
  const long = Array.from(word).length >= SLIP_MIN_CHARACTERS
  return {
    exact: [blind(`W ${word}`)],
    beginning: long ? [blind(`P ${word}`)] : [],
    near: [...shorter.map((text) => blind(`W ${text}`)), ...(long ? [blind(`D ${word}`)] : [])],
    far: shorter.map((text) => blind(`D ${text}`)),
  }
}

/** Each word written as one with its neighbour. */
export function joinedWords(words: readonly string[]): string[] {
  return words.slice(1).map((word, n) => `${words[n]}${word}`)
}

function withoutOneLetter(word: string): string[] {
  const letters = Array.from(word)
  if (letters.length < SLIP_MIN_CHARACTERS) return []
  return [...new Set(letters.map((_, n) => letters.toSpliced(n, 1).join('')))]
}

function beginnings(word: string): string[] {
  const letters = Array.from(word)
  const last = Math.min(letters.length - 1, PREFIX_MAX_CHARACTERS)
  return Array.from({ length: Math.max(0, last - PREFIX_MIN_CHARACTERS + 1) }, (_, n) =>
    letters.slice(0, PREFIX_MIN_CHARACTERS + n).join(''),
  )
}
