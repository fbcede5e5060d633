import { foldName } from './fold-name.ts'

/** What stands between the names of several in one field. */
const BETWEEN = /[,&/+:;()]|\s(?:and|und|et|or|ou|c\/o|attn|obo|fbo|for)\s/iu
/** A name of so many words may be those of several with nothing between them; two or three are one of them. */
const SEVERAL_FROM = 5
const WORDS_OF_ONE = [2, 3]
/** Readings that are compared: as many as the longest name gives that a payment carries, unless its letters are doubtful too. */
const READINGS_MAX = 64
/** A word that is shorter than this is no initial with a name behind it. */
const WITH_INITIAL_MIN = 4

/**
 * What a name that somebody has written may be read as, itself first: those of several people in one field each for itself, and an initial
 * that was written together with what it belongs to apart from it. Whoever means to be missed writes so; whoever reads the payment is not misled by it.
 * `more`: it may be read in so many ways that these are not all.
 */
export function nameReadings(name: string): { readonly readings: readonly string[]; readonly more: boolean } {
  const parts = name.split(BETWEEN).map((part) => part.trim())
  const several = parts.filter((part) => wordsOf(part).length > 1)
  // What stands for a one beside its neighbours (`foldName`) is a guess: it may be an l all the same.
  const whole = [
    name,
    ...(parts.length > 1 ? several : []),
    ...(name.includes('1') ? [name.replaceAll('1', 'l')] : []),
  ]
  const readings = [...new Set(whole.flatMap((one) => [one, ...apart(one), ...within(one)]))]
  return { readings: readings.slice(0, READINGS_MAX), more: readings.length > READINGS_MAX }
}

const wordsOf = (name: string) => name.split(/[\s.]+/u).filter((word) => word !== '')

/** ZQuixworth as Z Quixworth; of a name of one word, in whatever letters, the first or the last may be an initial. */
function apart(name: string): string[] {
  const humps = name.replace(/(?<=\p{Ll})(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll})/gu, ' ')
  const words = wordsOf(name)
  const [only = ''] = words
  const letters = Array.from(only)
  return [
    ...(humps === name ? [] : [humps]),
    ...(words.length === 1 && letters.length >= WITH_INITIAL_MIN
      ? [`${letters[0]} ${letters.slice(1).join('')}`, `${letters.slice(0, -1).join('')} ${letters.at(-1)}`]
      : []),
  ]
}

/** Neighbours in a long name, as names of their own. */
function within(name: string): string[] {
  const words = wordsOf(name)
  const telling = foldName(name, 'person').filter(({ kind }) => kind === 'word')
  if (telling.length < SEVERAL_FROM) return []
  return WORDS_OF_ONE.flatMap((length) =>
    words.slice(0, words.length - length + 1).map((_, at) => words.slice(at, at + length).join(' ')),
  )
}
