import type pg from 'pg'
import type { Queryable } from '../audit/database-tiles.ts'
import type { Action } from './define-action.ts'

/** What the database knows of an action: a row of `kernel.declared_action`. */
export type DeclaredAction = {
  readonly action: string
  readonly least_required: number
  readonly event_types: readonly string[] | null
  readonly erases: boolean
  readonly risk: Action<unknown>['risk']
  readonly moves_money: boolean
  readonly containment: boolean
  readonly emergency_inverse: string | null
  readonly emergency_limit_s: number | null
  readonly emergency_step_up_s: number | null
  readonly connectors: readonly string[] | null
}

type Declared = Pick<
  Action<unknown>,
  | 'name'
  | 'approvals'
  | 'eventTypes'
  | 'erases'
  | 'risk'
  | 'movesMoney'
  | 'containment'
  | 'emergency'
  | 'inverse'
  | 'connectors'
>

export function declaredActions(
  consoles: readonly { readonly actions: readonly Declared[] }[],
): readonly DeclaredAction[] {
  return consoles.flatMap(({ actions }) =>
    actions.map((action) => ({
      action: action.name,
      least_required: action.approvals.leastRequired ?? 0,
      event_types: action.eventTypes ?? null,
      erases: action.erases,
      risk: action.risk,
      moves_money: action.movesMoney,
      containment: action.containment,
      emergency_inverse: action.emergency ? (action.inverse ?? null) : null,
      emergency_limit_s: action.emergency?.limitS ?? null,
      emergency_step_up_s: action.emergency?.stepUpS ?? null,
      connectors: action.connectors,
    })),
  )
}

/**
 * Tells the database what these actions declare, so that its own lines hold them to it. An action that is declared no more keeps its
 * row, since requests for it may be open; nobody asks for it anew.
 *
 * @param client as the owner
 */
export async function declareActions(
  client: pg.ClientBase,
  actions: readonly DeclaredAction[],
): Promise<void> {
  if (actions.length === 0) return
  await client.query(
    `WITH said AS (SELECT * FROM jsonb_populate_recordset(NULL::kernel.declared_action, $1)),
          gone AS (UPDATE kernel.declared_action SET risk = NULL WHERE action NOT IN (SELECT action FROM said))
     INSERT INTO kernel.declared_action SELECT * FROM said
     ON CONFLICT (action) DO UPDATE
        SET least_required = excluded.least_required, event_types = excluded.event_types, erases = excluded.erases,
            risk = excluded.risk, moves_money = excluded.moves_money, containment = excluded.containment,
            emergency_inverse = excluded.emergency_inverse, emergency_limit_s = excluded.emergency_limit_s,
            emergency_step_up_s = excluded.emergency_step_up_s, connectors = excluded.connectors`,
    [JSON.stringify(actions)],
  )
}

/**
 * The names of those of these actions that the database knows otherwise than they are declared, or not at all: it would refuse, as
 * forged, what is asked for of them. Empty after `migrate`.
 *
 * @param database as `app` or `auditor`, once all migrations are made
 */
export async function actionsNotAsDeclared(
  database: Queryable,
  actions: readonly DeclaredAction[],
): Promise<string[]> {
  const { rows } = await database.query<{ action: string }>(
    `SELECT said.action
       FROM jsonb_populate_recordset(NULL::kernel.declared_action, $1) AS said
       LEFT JOIN kernel.declared_action kept USING (action)
      WHERE kept IS DISTINCT FROM said
      ORDER BY said.action`,
    [JSON.stringify(actions)],
  )
  return rows.map(({ action }) => action)
}
