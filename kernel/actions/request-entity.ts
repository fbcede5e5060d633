import { defineEntity, type EntityType } from '../entities/define-entity.ts'
import type { EntityRef } from '../entities/entity-ref.ts'
import { loadRequest, REQUEST_ID, type RequestRecord, type RequestState } from './request-record.ts'

/** An action request as a record that something can be done to. */
export type RequestSubject = {
  readonly id: string
  readonly state: RequestState
  readonly type: string
  readonly console: string
  readonly requestedBy: string
  /** All accounts of that person. */
  readonly requesterAccounts: readonly string[]
  readonly connector: string | null
  readonly target: EntityRef
  /** Carried out by breaking the glass; who has reviewed it since, or null. */
  readonly brokenGlass: { readonly reviewedBy: string | null } | undefined
}

export function requestStream(requestId: string): string {
  return `kernel.action_request/${requestId}`
}

/** Read from its own rows; its stream tells when it has moved meanwhile. */
export const requestEntityType: EntityType<RequestSubject, unknown> = {
  kind: 'request',
  console: 'kernel',
  async read(id, _upstreams, context) {
    const name = requestStream(id)
    // The stream first: a move between the two readings is then found out at commit.
    const { length: version } = await context.events(name)
    const record = REQUEST_ID.test(id) ? await context.ask(({ pool }) => loadRequest(pool, id)) : undefined
    if (!record) return { status: 'missing' }
    return {
      status: 'found',
      state: subjectOf(record),
      version: String(version),
      stream: { name, version },
      ...(record.tenant_id === null ? {} : { tenantId: record.tenant_id }),
    }
  },
  present: ({ type, state, target, requestedBy }) => ({
    title: type,
    state,
    data: { type, requested_by: requestedBy },
    related: [{ ...target, title: `${target.kind} ${target.id}`, relation: 'target' }],
  }),
}

export const requestEntity = defineEntity(requestEntityType)

function subjectOf(record: RequestRecord): RequestSubject {
  return {
    id: record.request_id,
    state: record.state,
    type: record.type,
    console: record.console,
    requestedBy: record.requested_by,
    requesterAccounts: record.requester_accounts,
    connector: record.revision?.connector ?? null,
    target: { kind: record.target_kind, id: record.target_id },
    brokenGlass: record.break_glass ? { reviewedBy: record.break_glass.reviewed_by } : undefined,
  }
}
