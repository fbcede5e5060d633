/**
 * A table derived from events, by one set-based statement per table: never a statement an event. The statement reads
 * `kernel.ordered_event` between positions $1 (exclusive) and $2 (inclusive) and must give the same rows whatever the
 * size of the steps.
 */
export type Projection = {
  /** `console.name`. */
  readonly name: string
  /** The tables it owns; in `apply` written as `{table}`, so that a rebuild can fill the next generation. */
  readonly tables: readonly string[]
  /** Statements, run in order in one transaction. */
  readonly apply: readonly string[]
  /** The event types it reads: a batch without any of them is skipped. */
  readonly types: readonly string[]
}
