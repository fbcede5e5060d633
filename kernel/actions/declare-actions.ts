import type pg from 'pg'
import type { Queryable } from '../audit/database-tiles.ts'
import type { Action } from './define-action.ts'

/** What the database knows of an action (`kernel.declared_action`). */
export type DeclaredAction = {
  readonly name: string
  readonly leastRequired: number
  readonly eventTypes: readonly string[] | null
  readonly erases: boolean
}

export function declaredActions(
  consoles: readonly {
    readonly actions: readonly Pick<Action<unknown>, 'name' | 'approvals' | 'eventTypes' | 'erases'>[]
  }[],
): readonly DeclaredAction[] {
  return consoles.flatMap(({ actions }) =>
    actions.map(({ name, approvals, eventTypes, erases }) => ({
      name,
      leastRequired: approvals.leastRequired ?? 0,
      eventTypes: eventTypes ?? null,
      erases,
    })),
  )
}

/**
 * Tells the database what these actions declare, so that its own lines hold them to it. An action that is declared no more keeps its
 * row: requests for it may be open.
 *
 * @param client as the owner
 */
export async function declareActions(
  client: pg.ClientBase,
  actions: readonly DeclaredAction[],
): Promise<void> {
  if (actions.length === 0) return
  await client.query(
    `INSERT INTO kernel.declared_action (action, least_required, event_types, erases)
     SELECT name, "leastRequired", "eventTypes", erases
       FROM jsonb_to_recordset($1) AS said (name text, "leastRequired" smallint, "eventTypes" text[], erases boolean)
     ON CONFLICT (action) DO UPDATE
        SET least_required = excluded.least_required, event_types = excluded.event_types, erases = excluded.erases`,
    [JSON.stringify(actions)],
  )
}

/**
 * The names of those of these actions that the database knows otherwise than they are declared, or not at all: it would refuse, as
 * forged, what they append. Empty after `migrate`.
 *
 * @param database as `app` or `auditor`, once all migrations are made
 */
export async function actionsNotAsDeclared(
  database: Queryable,
  actions: readonly DeclaredAction[],
): Promise<string[]> {
  const { rows } = await database.query<{ name: string }>(
    `SELECT said.name
       FROM jsonb_to_recordset($1) AS said (name text, "leastRequired" smallint, "eventTypes" text[], erases boolean)
       LEFT JOIN kernel.declared_action kept ON kept.action = said.name
      WHERE (kept.least_required, kept.event_types, kept.erases)
            IS DISTINCT FROM (said."leastRequired", said."eventTypes", said.erases)
      ORDER BY said.name`,
    [JSON.stringify(actions)],
  )
  return rows.map(({ name }) => name)
}
