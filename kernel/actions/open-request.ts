import type { BoundAction } from '../console.ts'
import type { EntityRef } from '../entities/entity-ref.ts'
import type { Kernel } from '../kernel.ts'
import { say } from '../languages/say.ts'
import type { Failure } from './failure.ts'

/** One per action that does not run beside itself; the database keeps to it (action_request_one_open). */
const OPEN_MAX = 100

export type OpenRequest = {
  readonly id: string
  /** For approval or for its time, as the database has it (`check_under_way`): what is carried out before approval passes it. */
  readonly waits: boolean
}

/**
 * The request of each action that is open on a record now, by the action; one over many records while
 * this row of it is nothing yet.
 */
export async function openRequests(
  kernel: Kernel,
  target: EntityRef,
): Promise<ReadonlyMap<string, OpenRequest>> {
  const { rows } = await kernel.pool.query<{ type: string; request_id: string; waits: boolean }>({
    name: 'open-requests',
    text: `SELECT q.type, q.request_id,
                  q.state = 'pending' OR q.state = 'authorized' AND kernel.is_held_back(v) AS waits
             FROM kernel.action_request q JOIN kernel.action_revision v USING (request_id, revision)
            WHERE q.target_kind = $1 AND q.target_id = $2 AND NOT q.concurrent
              AND q.state IN ('pending', 'authorized', 'dispatching', 'outcome_unknown')
            UNION ALL
           SELECT q.type, q.request_id, q.state = 'pending' OR q.state = 'authorized' AND kernel.is_held_back(v)
             FROM kernel.bulk_row r JOIN kernel.action_request q USING (request_id)
             JOIN kernel.action_revision v USING (request_id, revision)
            WHERE r.target_kind = $1 AND r.target_id = $2 AND NOT q.concurrent
              AND q.state IN ('pending', 'authorized', 'dispatching')
              AND NOT EXISTS (SELECT FROM kernel.bulk_child c
                               WHERE c.request_id = r.request_id AND c.position = r.position)
            LIMIT $3`,
    values: [target.kind, target.id, OPEN_MAX],
  })
  return new Map(rows.map(({ type, request_id, waits }) => [type, { id: request_id, waits }]))
}

/** A request that is open on a record, as the row of a list shows it. */
export type WaitingRequest = {
  readonly id: string
  readonly type: string
  readonly state: string
  readonly requested_by: { readonly id: string; readonly name: string }
}

/**
 * The oldest open request of these types on each of the records, as `kind:id` → request.
 *
 * @param types those that the reader may see
 */
export async function openRequestsOn(
  kernel: Pick<Kernel, 'pool'>,
  targets: readonly EntityRef[],
  types: readonly string[],
): Promise<ReadonlyMap<string, WaitingRequest>> {
  if (targets.length === 0 || types.length === 0) return new Map()
  const { rows } = await kernel.pool.query<{
    target: string
    request_id: string
    type: string
    state: string
    requested_by: string
    name: string | null
  }>({
    name: 'open-requests-on',
    text: `SELECT DISTINCT ON (t.kind, t.id) t.kind || ':' || t.id AS target, q.request_id,
                  q.type, q.state, q.requested_by, p.display_name AS name
             FROM unnest($1::text[], $2::text[]) AS t (kind, id)
             JOIN LATERAL (SELECT o.* FROM kernel.action_request o WHERE o.target_kind = t.kind AND o.target_id = t.id
                           UNION ALL
                           SELECT o.* FROM kernel.bulk_row r JOIN kernel.action_request o USING (request_id)
                            WHERE r.target_kind = t.kind AND r.target_id = t.id
                              AND NOT EXISTS (SELECT FROM kernel.bulk_child c
                                               WHERE c.request_id = r.request_id AND c.position = r.position)) q ON true
             LEFT JOIN kernel.person p ON p.person_id = q.requested_by
            WHERE q.type = ANY ($3) AND q.state IN ('pending', 'authorized', 'dispatching', 'outcome_unknown')
            ORDER BY t.kind, t.id, q.created_at`,
    values: [targets.map(({ kind }) => kind), targets.map(({ id }) => id), types],
  })
  return new Map(
    rows.map((row) => [
      row.target,
      {
        id: row.request_id,
        type: row.type,
        state: row.state,
        requested_by: { id: row.requested_by, name: row.name ?? row.requested_by },
      },
    ]),
  )
}

/**
 * The emergency by which an action holds on a record, or is about to, and to which nobody has agreed yet: the request that others
 * decide on, whatever else is asked for.
 */
export async function openEmergencyOn(
  kernel: Pick<Kernel, 'pool'>,
  action: Pick<BoundAction, 'name' | 'emergency'>,
  target: EntityRef,
): Promise<string | undefined> {
  if (!action.emergency) return undefined
  const { rows } = await kernel.pool.query<{ request_id: string }>({
    name: 'open-emergency-on',
    text: `SELECT q.request_id FROM kernel.action_request q JOIN kernel.emergency e USING (request_id)
            WHERE q.type = $1 AND q.target_kind = $2 AND q.target_id = $3 AND kernel.emergency_is_open(q.request_id)
            ORDER BY q.created_at DESC LIMIT 1`,
    values: [action.name, target.kind, target.id],
  })
  return rows[0]?.request_id
}

/** What an action's own rules refuse, and by which emergency it holds already, where it does by one: agreeing to that is the way. */
export async function pointingToEmergency(
  kernel: Kernel,
  action: BoundAction,
  target: EntityRef,
  failure: Failure,
): Promise<Failure> {
  const emergency = await openEmergencyOn(kernel, action, target)
  if (emergency === undefined) return failure
  return {
    ...failure,
    message: say`${failure.message} That is so as an emergency, which is lifted unless others agree to it. Agree to that request, or have somebody else do so.`,
    extra: { ...failure.extra, emergency: { id: emergency, link: `/v1/requests/${emergency}` } },
  }
}

/** 409 for a second request while one is open: doing it twice is what an operator least wants. */
export function alreadyRequested(
  action: Pick<BoundAction, 'present'>,
  requestId: string | undefined,
): Failure {
  return {
    kind: 'conflict',
    code: 'already_requested',
    message: say`"${action.present.title}" has been requested here and is still open. Decide on that request, or wait until it is done.`,
    ...(requestId === undefined
      ? {}
      : { extra: { open_request: { id: requestId, link: `/v1/requests/${requestId}` } } }),
  }
}
