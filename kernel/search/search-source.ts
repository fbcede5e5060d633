/**
 * How the records of one kind are found in the omnibox: SQL expressions over `e`, an event of `kernel.ordered_event`. The
 * newest version of a record gives its title; a key that it once had still leads to it.
 */
export type SearchSource = {
  readonly kind: string
  readonly console: string
  /** The event types that tell of such records. */
  readonly types: readonly string[]
  /** Text: the record's id. */
  readonly id: string
  /** Bigint; the highest is the newest. */
  readonly version: string
  /** Text, with personal data in its redacted form alone. */
  readonly title: string
  /** What else may be typed, from its beginning on; `why` is said with what is found. Never personal data. */
  readonly keys: readonly { readonly why: string; readonly sql: string }[]
  readonly names: readonly SearchName[]
}

/** A name, found by its words and with a slip in one of them; or an e-mail address, found whole. */
export type SearchName = {
  /** Which of the record's names, the same in every version of this declaration; `name` is its own. */
  readonly part: string
  readonly what: 'name' | 'email'
  /** Text, where it is no personal data (a company's name); null where it is. */
  readonly clear?: string
  /** Jsonb `{sealed, subject}` as ingest seals it, or null. */
  readonly sealed?: string
}
