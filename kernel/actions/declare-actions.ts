import type pg from 'pg'
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
