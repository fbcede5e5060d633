import type { Queryable } from '../audit/database-tiles.ts'
import type { AlertFacts } from './alert-kind.ts'

export type AlertToRaise = {
  /** A declared kind. */
  readonly kind: string
  /** What makes it the same alert: while one of this kind and key is open, there is no second. */
  readonly key: string
  /** Who hears of it: a console's name, `kernel` for everybody, `audit` for those who read the audit log. */
  readonly audience: string
  readonly facts: AlertFacts
  /** False where it is over as it is raised: acknowledging it ends it. True: {@link resolveAlert} does. */
  readonly lasting: boolean
  readonly tenantId?: string
}

/**
 * Raises an alert unless it is open already. With a client inside a transaction it is part of that; a trigger does the
 * same in SQL (alert-triggers.routine.sql).
 *
 * @param database as `app`, `dispatcher` or `sequencer`
 * @returns its id, or undefined where there is one
 */
export async function raiseAlert(database: Queryable, alert: AlertToRaise): Promise<string | undefined> {
  const { rows } = await database.query<{ id: string | null }>(
    'SELECT kernel.raise_alert($1, $2, $3, $4, $5, $6) AS id',
    [alert.kind, alert.key, alert.audience, alert.facts, alert.lasting, alert.tenantId ?? null],
  )
  return rows[0]?.id ?? undefined
}

/** The condition has ended. Does nothing where no such alert is open. @param database as `dispatcher` or `sequencer` */
export async function resolveAlert(database: Queryable, kind: string, key: string): Promise<void> {
  await database.query('SELECT kernel.resolve_alert($1, $2)', [kind, key])
}
