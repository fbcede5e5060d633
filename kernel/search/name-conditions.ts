import { type Blind, emailToken, joinedWords, typedTokens, type WordTokens } from './name-tokens.ts'

/** What a typed word is worth by how it met a word of the name. */
const WORTH = { exact: 1, beginning: 0.9, near: 0.8, far: 0.65, joined: 1.7 } as const
/** A lone word as short as this with one of its letters wrong is another word. */
const SHORT_CHARACTERS = 3

/** How one word of a name is met, for `kernel.names_met`. */
type MetWord = {
  /** Hashes of which one stands with the name. */
  readonly any: readonly string[]
  /** By these alone where the name is a person's whom the asker may not have revealed. */
  readonly sure?: readonly string[]
}

export type NameConditions = {
  /** A name is found that meets all the words of one of them. */
  readonly ways: readonly (readonly MetWord[])[]
  /** SQL over `s`, a row of `kernel.names_met`: how well it was met; more is better. Each of `values` stands in it, or before it. */
  readonly worth: string
  readonly values: readonly unknown[]
}

/** An e-mail address is met whole or not at all. */
export function wholeAddress(address: string, blind: Blind, values: readonly unknown[]): NameConditions {
  return { ways: [[{ any: [emailToken(address, blind)] }]], worth: '0', values }
}

/** Every word as it is written, the last of its letters as far as they go. */
export function asWritten(
  words: readonly string[],
  blind: Blind,
  values: readonly unknown[],
  revealable: readonly string[],
): NameConditions {
  const met = metBy(values, revealable)
  const terms = words.map((word) => typedTokens(word, blind))
  const worth = [
    ...terms.map((term) => worthOfWord(met, term)),
    ...joinedWords(words).map((word) => worthOfPair(met.tokens([blind(`W ${word}`)]))),
  ]
  return {
    ways: [terms.map(({ exact, beginning }) => wordMet(exact, beginning))],
    worth: worth.join(' + '),
    values: met.values,
  }
}

/** With a slip in one or more of the words, with one of them wrong altogether or left out, or with a space too many. */
export function withSlips(
  words: readonly string[],
  blind: Blind,
  values: readonly unknown[],
  revealable: readonly string[],
): NameConditions {
  const [word = ''] = words
  const lone = words.length === 1
  if (lone && word.length <= SHORT_CHARACTERS) return { ways: [], worth: '0', values }
  const met = metBy(values, revealable)
  const terms = words.map((word) => typedTokens(word, blind))
  const pairs = joinedWords(words).map((word) => [blind(`W ${word}`)])
  const slipped = terms.map(({ exact, beginning, near, far }) =>
    wordMet([...exact, ...near, ...far], beginning),
  )
  const written = lone ? [] : terms.map(({ exact, beginning }) => wordMet(exact, beginning))
  const ways = [
    slipped,
    ...written.map((_, n) => written.toSpliced(n, 1)),
    ...pairs.map((any, n) => [{ any }, ...written.toSpliced(n, 2)]),
  ]
  const worth = [
    ...terms.map((term) => worthOfSlippedWord(met, term)),
    ...pairs.map((pair) => worthOfPair(met.tokens(pair))),
  ]
  return { ways, worth: worth.join(' + '), values: met.values }
}

type Met = ReturnType<typeof metBy>

/** How tokens are met, with the values that are sent; what nothing asks for is not sent. */
function metBy(before: readonly unknown[], revealable: readonly string[]) {
  const values = [...before]
  const sent = (value: unknown) => `$${values.push(value)}`
  const tokens = (any: readonly string[]) => `s.tokens && ${sent(any)}::bigint[]`
  let known: string | undefined
  /** No personal data, or this person may have it shown. */
  const mayKnow = () => {
    known ??= `(s.subject IS NULL OR s.kind = ANY (${sent(revealable)}))`
    return known
  }
  return {
    values,
    tokens,
    beginning: (any: readonly string[]) => `(${tokens(any)} AND ${mayKnow()})`,
  }
}

function wordMet(whole: readonly string[], beginning: readonly string[]): MetWord {
  return beginning.length === 0 ? { any: whole } : { any: [...whole, ...beginning], sure: whole }
}

function worthOfWord(met: Met, { exact, beginning }: WordTokens): string {
  return `CASE WHEN ${met.tokens(exact)} THEN ${WORTH.exact} WHEN ${met.beginning(beginning)} THEN ${WORTH.beginning} ELSE 0 END`
}

function worthOfSlippedWord(met: Met, { exact, beginning, near, far }: WordTokens): string {
  return `CASE WHEN ${met.tokens(exact)} THEN ${WORTH.exact} WHEN ${met.beginning(beginning)} THEN ${WORTH.beginning}
               WHEN ${met.tokens(near)} THEN ${WORTH.near} WHEN ${met.tokens(far)} THEN ${WORTH.far} ELSE 0 END`
}

function worthOfPair(met: string): string {
  return `CASE WHEN ${met} THEN ${WORTH.joined} ELSE 0 END`
}
