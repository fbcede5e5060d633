import type { EntityRef } from '../entities/entity-ref.ts'
import type { Principal } from '../identity/principal.ts'
import type { Kernel } from '../kernel.ts'
import type { Text } from '../languages/say.ts'
import { excludedBy } from './excluded-by.ts'
import { visibleTypes } from './visible-requests.ts'

/** More than this many ask for nothing that a person reads through. */
const BESIDE_MAX = 10

/** What else is asked for on a record and not done yet, as whoever asks or decides is to know of it. */
export type RequestBeside = {
  readonly id: string
  readonly type: string
  readonly title: Text
  readonly state: string
  readonly requested_by: { readonly id: string; readonly name: string }
  readonly created_at: string
  /** Of the two only one can be carried out. */
  readonly excludes: boolean
}

/**
 * What else has been asked for on a record and is open, those first of which and this only one can be carried out, then
 * oldest first; of what this person may not know of, nothing. One over many records counts while this row of it is nothing yet.
 */
export async function requestsBeside(
  kernel: Pick<Kernel, 'pool' | 'access' | 'actions'>,
  principal: Principal,
  asked: {
    readonly action: string
    readonly target: EntityRef
    /** The request that this is about. */
    readonly request?: string | undefined
  },
): Promise<readonly RequestBeside[]> {
  // Another open one of the action itself stands in its way, which is said there, unless they may stand side by side.
  const { concurrent = false } = kernel.actions.get(asked.action) ?? {}
  const types = visibleTypes(kernel, principal).filter((type) => concurrent || type !== asked.action)
  const { rows } = await kernel.pool.query<{
    request_id: string
    type: string
    state: string
    requested_by: string
    name: string | null
    created_at: string
    excludes: boolean
  }>({
    name: 'requests-beside',
    text: `SELECT q.request_id, q.type, q.state, q.requested_by, p.display_name AS name,
                  kernel.rfc3339(q.created_at) AS created_at, q.type = ANY ($4) AS excludes
             FROM (SELECT o.* FROM kernel.action_request o WHERE o.target_kind = $1 AND o.target_id = $2
                   UNION ALL
                   SELECT o.* FROM kernel.bulk_row r JOIN kernel.action_request o USING (request_id)
                    WHERE r.target_kind = $1 AND r.target_id = $2
                      AND NOT EXISTS (SELECT FROM kernel.bulk_child c
                                       WHERE c.request_id = r.request_id AND c.position = r.position)) q
             LEFT JOIN kernel.person p ON p.person_id = q.requested_by
            WHERE q.type = ANY ($3) AND q.state IN ('pending', 'authorized', 'dispatching', 'outcome_unknown')
              AND q.request_id IS DISTINCT FROM $5
            ORDER BY q.type = ANY ($4) DESC, q.created_at
            LIMIT $6`,
    values: [
      asked.target.kind,
      asked.target.id,
      types,
      excludedBy(kernel, asked.action),
      asked.request ?? null,
      BESIDE_MAX,
    ],
  })
  return rows.map((row) => ({
    id: row.request_id,
    type: row.type,
    title: kernel.actions.get(row.type)?.present.title ?? row.type,
    state: row.state,
    requested_by: { id: row.requested_by, name: row.name ?? row.requested_by },
    created_at: row.created_at,
    excludes: row.excludes,
  }))
}
