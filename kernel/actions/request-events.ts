import type { BoundAction } from '../console.ts'
import { uuidV7 } from '../db/uuid-v7.ts'
import { type EntityRef, refText } from '../entities/entity-ref.ts'
import type { RequestOrigin } from '../identity/principal.ts'
import type { Json } from '../personal-data/canonical-json.ts'
import type { WriteParts } from './commit-write.ts'
import type { EventToBe } from './define-action.ts'

/** What the type of every event begins with that tells of a request's steps. */
export const REQUEST_EVENTS = 'kernel.action_request.'

/** The kernel's own fact about a step of a request: on the timeline of the request and of its target. */
export function requestEvent(
  what:
    | 'requested'
    | 'edited'
    | 'approved'
    | 'signatures_voided'
    | 'rejected'
    | 'cancelled'
    | 'withdrawn'
    | 'expired'
    | 'authorized'
    | 'stale'
    | 'executed'
    | 'failed'
    | 'outcome_unknown'
    | 'emergency_agreed'
    | 'emergency_rejected'
    | 'emergency_lapsed'
    | 'emergency_taken_back'
    | 'emergency_renewed',
  requestId: string,
  action: Pick<BoundAction, 'name'>,
  target: EntityRef,
  actorId: string,
  origin: Pick<RequestOrigin, 'httpRequestId'>,
  payload: Record<string, Json>,
  /** Further records on whose timeline it belongs. */
  alsoOn: readonly EntityRef[] = [],
): WriteParts['events'][number] {
  return {
    event_id: uuidV7(),
    stream: `kernel.action_request/${requestId}`,
    type: `${REQUEST_EVENTS}${what}`,
    schema_version: 1,
    source: 'countersign',
    actor_id: actorId,
    request_id: requestId,
    correlation_id: origin.httpRequestId,
    refs: [...new Set([refText(target), `request/${requestId}`, ...alsoOn.map(refText)])],
    payload: { action: action.name, ...payload },
  }
}

/** The facts that a local action appends. The stream it was decided on must not have moved since. */
export function localEvents(
  action: BoundAction,
  accepted: Json,
  requestId: string,
  actorId: string,
  origin: Pick<RequestOrigin, 'httpRequestId'>,
  stream: { readonly name: string; readonly version: number } | undefined,
): WriteParts['events'] {
  return action.events(accepted).map((event: EventToBe) => ({
    event_id: uuidV7(),
    stream: event.stream,
    ...(event.stream === stream?.name ? { expected_version: stream.version } : {}),
    type: event.type,
    schema_version: 1,
    source: 'countersign',
    actor_id: actorId,
    request_id: requestId,
    correlation_id: origin.httpRequestId,
    refs: event.refs.map(refText),
    payload: event.payload,
  }))
}
