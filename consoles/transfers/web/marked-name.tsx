import { useText } from '@countersign/web-kit/messages.ts'
import { parts, text } from '@countersign/web-kit/record/fields.ts'
import styles from './records.module.css'

export const MATCHES = ['same', 'close', 'different'] as const
export type Match = (typeof MATCHES)[number]

/** Beside lines and words: never by colour alone. */
export const SIGNS: Readonly<Record<Match, string>> = { same: '=', close: '~', different: '≠' }

/** What each is called: message ids. */
export const MATCH_WORDS: Readonly<Record<Match, string>> = {
  same: 'transfers.hit.same',
  close: 'transfers.hit.close',
  different: 'transfers.hit.different',
}

/** A word of a name and how it compares with the other name, as the server says. */
export type NamePart = {
  readonly text: string
  /** Where it stands in its name, in UTF-16 units. */
  readonly at: number
  readonly match: Match
  readonly why: string | null
  readonly beside: string | null
}

export function nameParts(data: Record<string, unknown>, key: string): NamePart[] {
  return parts(data, key).map((one) => ({
    text: text(one, 'text') ?? '',
    at: Number(one.at),
    match: MATCHES.find((match) => match === one.match) ?? 'different',
    why: text(one, 'why'),
    beside: text(one, 'beside'),
  }))
}

type Piece = { readonly at: number; readonly text: string; readonly match: Match | null }

/** The name in pieces, from its beginning to its end: its words, and what stands between them. */
export function piecesOf(name: string, compared: readonly NamePart[]): Piece[] {
  const pieces: Piece[] = []
  let end = 0
  for (const [index, { at, text: word, match }] of compared.entries()) {
    if (at < end) continue
    if (at > end) pieces.push({ at: end, text: name.slice(end, at), match: null })
    // A form of company may be written with stops and spaces that its word has not.
    const next = compared[index + 1]?.at ?? name.length
    const length = name.startsWith(word, at) ? word.length : name.slice(at, next).trimEnd().length
    pieces.push({ at, text: name.slice(at, at + length), match })
    end = at + length
  }
  if (end < name.length) pieces.push({ at: end, text: name.slice(end), match: null })
  return pieces
}

const CLASSES: Readonly<Record<Match, string | undefined>> = {
  same: styles.same,
  close: styles.close,
  different: undefined,
}

/** A name whose words say how they compare: by a line, a sign below, and in words to whoever hears it. */
export function MarkedName({ name, parts: compared }: { name: string; parts: readonly NamePart[] }) {
  const t = useText()
  return (
    <span className={styles.name} dir="auto">
      {piecesOf(name, compared).map(({ at, text: piece, match }) =>
        match === null ? (
          <span key={at}>{piece}</span>
        ) : (
          <span key={at} className={styles.word}>
            <span className={CLASSES[match]}>{piece}</span>
            <span className={styles.sign} aria-hidden="true">
              {SIGNS[match]}
            </span>
            <span className="visually-hidden"> ({t(MATCH_WORDS[match])})</span>
          </span>
        ),
      )}
    </span>
  )
}
