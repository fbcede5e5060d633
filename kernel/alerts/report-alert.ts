import type { Queryable } from '../audit/database-tiles.ts'
import type { AlertFacts } from './alert-kind.ts'

/** What only the process knows that says it. Everything else that calls for a person follows from rows, and is raised by them. */
export type ReportedAlert = {
  /** A declared kind: one that a console declares, or of the kernel's one of those that `kernel.alert_of_a_process` takes. */
  readonly kind: string
  /** What makes it the same alert: while one of this kind and key is open, there is no second. */
  readonly key: string
}

/**
 * Raises it unless it is open already. Who hears of it the database says (kernel.alert_of_a_process).
 *
 * @param database as `app`, `dispatcher` or `sequencer`
 */
export async function reportAlert(
  database: Queryable,
  { kind, key, facts }: ReportedAlert & { readonly facts: AlertFacts },
): Promise<void> {
  await database.query('SELECT kernel.report_alert($1, $2, $3)', [kind, key, facts])
}

/** The condition has ended. Does nothing where no such alert is open. @param database as `dispatcher` */
export async function reportOver(database: Queryable, { kind, key }: ReportedAlert): Promise<void> {
  await database.query('SELECT kernel.report_over($1, $2)', [kind, key])
}
