import { namesOf } from '../alerts/people-on-call.ts'
import { defineEntity, type EntityType } from '../entities/define-entity.ts'
import type { EntityRef } from '../entities/entity-ref.ts'
import type { Kernel } from '../kernel.ts'
import { type Said, say, type Text } from '../languages/say.ts'
import { hiddenFields, notOpenableInWords } from '../reveal/hidden-fields.ts'
import { loadRequest, REQUEST_ID, type RequestRecord, type RequestState } from './request-record.ts'
import { targetTitles } from './target-titles.ts'
import { maySeeRequest } from './visible-requests.ts'

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
  /** What it is for, and on what: by name. */
  readonly called: Text
  /** The record that it is on, by name where that is known. */
  readonly targetTitle: Text
  /** The one that stands now, and what of it is personal data: of what it was asked with, and of its record. */
  readonly revision: number
  readonly personalInput: readonly string[]
  /** Why what it takes from its record cannot be said now. */
  readonly personalUnread: Said | undefined
  /** Carried out by breaking the glass; who has reviewed it since, or null. */
  readonly brokenGlass:
    | { readonly reviewedBy: string | null; readonly reviewerName: string | null }
    | undefined
}

export function requestStream(requestId: string): string {
  return `kernel.action_request/${requestId}`
}

/** Read from its own rows; its stream tells when it has moved meanwhile. */
export const requestEntityType: EntityType<RequestSubject, unknown> = {
  kind: 'request',
  console: 'kernel',
  knownTo: ({ type, requestedBy }, reader, kernel) =>
    maySeeRequest(kernel, reader, { type, requested_by: requestedBy }),
  async read(id, _upstreams, context) {
    const name = requestStream(id)
    // The stream first: a move between the two readings is then found out at commit.
    const { length: version } = await context.events(name)
    const record = REQUEST_ID.test(id) ? await context.ask(({ pool }) => loadRequest(pool, id)) : undefined
    if (!record) return { status: 'missing' }
    const called = await context.ask(async (kernel) => ({
      title: kernel.actions.get(record.type)?.present.title ?? record.type,
      personal: await personalOf(kernel, record),
      target: (await targetTitles(kernel, [id])).get(id),
      people: await namesOf(
        kernel.pool,
        record.break_glass?.reviewed_by ? [record.break_glass.reviewed_by] : [],
      ),
    }))
    return {
      status: 'found',
      state: subjectOf(record, called),
      version: String(version),
      stream: { name, version },
      ...(record.tenant_id === null ? {} : { tenantId: record.tenant_id }),
    }
  },
  present: ({ type, state, target, called, targetTitle, requestedBy }) => ({
    title: called,
    state,
    data: { type, requested_by: requestedBy },
    related: [{ ...target, title: targetTitle, relation: say`target` }],
  }),
}

export const requestEntity = defineEntity(requestEntityType)

/** What was typed by its name alone, as it is asked for. */
async function personalOf(
  kernel: Kernel,
  record: RequestRecord,
): Promise<Pick<RequestSubject, 'personalInput' | 'personalUnread'>> {
  const action = kernel.actions.get(record.type)
  if (!action) return { personalInput: [], personalUnread: undefined }
  const { fields, unread } = await hiddenFields(kernel, action, record)
  return {
    personalInput: fields.map(({ path }) => path.replace(/^input\./, '')),
    personalUnread: unread && notOpenableInWords(unread.source, unread.why),
  }
}

type Called = {
  readonly title: Text
  readonly personal: Pick<RequestSubject, 'personalInput' | 'personalUnread'>
  readonly target: Text | undefined
  readonly people: Readonly<Record<string, string>>
}

function subjectOf(record: RequestRecord, { title, target, people, personal }: Called): RequestSubject {
  const reviewedBy = record.break_glass?.reviewed_by ?? null
  return {
    id: record.request_id,
    state: record.state,
    type: record.type,
    console: record.console,
    requestedBy: record.requested_by,
    requesterAccounts: record.requester_accounts,
    connector: record.revision?.connector ?? null,
    revision: record.revision?.revision ?? 0,
    ...personal,
    target: { kind: record.target_kind, id: record.target_id },
    called: target === undefined ? title : say`${title}: ${target}`,
    targetTitle: target ?? `${record.target_kind} ${record.target_id}`,
    brokenGlass: record.break_glass
      ? { reviewedBy, reviewerName: reviewedBy === null ? null : (people[reviewedBy] ?? reviewedBy) }
      : undefined,
  }
}
