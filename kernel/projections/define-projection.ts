import type pg from 'pg'
import type { Blind } from '../search/name-tokens.ts'

/**
 * A table derived from events, by one set-based statement per table: never a statement an event. The statement reads
 * `{events}`, which stands for the rows of `kernel.ordered_event` of one step, between positions $1 (exclusive) and $2
 * (inclusive), and must give the same rows whatever the size of the steps.
 */
export type Projection = {
  /** `console.name`. */
  readonly name: string
  /** The tables it owns; in `apply` written as `{table}`, so that a rebuild can fill the next generation. */
  readonly tables: readonly string[]
  /** Statements, run in order in one transaction. */
  readonly apply: readonly string[]
  /** What SQL cannot derive, because it is sealed; after the statements, in their transaction, and likewise set by set. */
  readonly derive?: (step: ProjectionStep) => Promise<void>
  /** The event types it reads; `*` for all. */
  readonly types: readonly string[]
}

/** Events between two positions, `from` exclusive and `to` inclusive, that are to be put into one generation's tables. */
export type ProjectionStep = {
  readonly client: pg.PoolClient
  readonly from: number
  readonly to: number
  /** The rows of `kernel.ordered_event` of this step, in brackets; the statement is given `from` and `to` as $1 and $2. */
  readonly events: string
  /** The table's name in the generation that is being filled. */
  readonly table: (name: string) => string
  /** @throws Error where this process has no sealing key */
  readonly secrets: () => ProjectionSecrets
}

/** What a projection may do with sealed values: open them in memory, and store what nobody can read. */
export type ProjectionSecrets = {
  /** The clear text of each, by its sealed text; what was erased is absent. */
  readonly openAll: (
    values: readonly { readonly subject: string; readonly sealed: string }[],
  ) => Promise<ReadonlyMap<string, string>>
  readonly blind: Blind
}
