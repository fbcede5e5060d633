import type { BoundAction } from '../console.ts'
import type { EntityRef } from '../entities/entity-ref.ts'
import type { Kernel } from '../kernel.ts'
import type { Failure } from './failure.ts'

/** One per action that does not run beside itself; the database keeps to it (action_request_one_open). */
const OPEN_MAX = 100

/** The request of each action that is open on a record now, as action → id of the request. */
export async function openRequests(kernel: Kernel, target: EntityRef): Promise<ReadonlyMap<string, string>> {
  const { rows } = await kernel.pool.query<{ type: string; request_id: string }>({
    name: 'open-requests',
    text: `SELECT type, request_id
             FROM kernel.action_request
            WHERE target_kind = $1 AND target_id = $2 AND NOT concurrent
              AND state IN ('pending', 'authorized', 'dispatching', 'outcome_unknown')
            LIMIT $3`,
    values: [target.kind, target.id, OPEN_MAX],
  })
  return new Map(rows.map((row) => [row.type, row.request_id]))
}

/** 409 for a second request while one is open: doing it twice is what an operator least wants. */
export function alreadyRequested(
  action: Pick<BoundAction, 'present'>,
  requestId: string | undefined,
): Failure {
  return {
    kind: 'conflict',
    code: 'already_requested',
    message: `"${action.present.title}" has been requested here and is still open. Decide on that request, or wait until it is done.`,
    ...(requestId === undefined
      ? {}
      : { extra: { open_request: { id: requestId, link: `/v1/requests/${requestId}` } } }),
  }
}
