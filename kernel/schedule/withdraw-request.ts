import { fail, type Result } from '../actions/failure.ts'
import type { Answer } from '../actions/idempotency.ts'
import type { RequestDigest } from '../actions/request-digest.ts'
import { requestEvent } from '../actions/request-events.ts'
import type { RequestRecord } from '../actions/request-record.ts'
import { eligibility } from '../approvals/eligibility.ts'
import { type Deciding, sealedNote, writeDecision } from '../approvals/write-decision.ts'
import type { BoundAction } from '../console.ts'
import type { Kernel } from '../kernel.ts'
import { say } from '../languages/say.ts'

/** Agreed to, and waiting for its time. */
export function waitsForItsTime(record: RequestRecord): boolean {
  return record.state === 'authorized' && record.revision?.scheduled_for != null && !record.withdrawn
}

/** Over many records, and agreed to: what has not begun of it can still be stopped. */
export function isUnderWayOverMany(record: RequestRecord): boolean {
  return (
    record.bulk !== null &&
    (record.state === 'authorized' || record.state === 'dispatching') &&
    !record.withdrawn
  )
}

/**
 * Who asked for it takes it back before it is due, or whoever may decide on it stops it: the dispatcher then lets it lapse, whatever
 * the time. Of the latter the former had agreed to it, or another like them; what is agreed to must not hold a record until it is due.
 * Of one over many records that is being carried out, the rows that have not begun lapse; the others are ended.
 */
export async function withdrawRequest(
  kernel: Kernel,
  deciding: Deciding,
  { record, action }: { readonly record: RequestRecord; readonly action: BoundAction },
  note: string | undefined,
  requestDigest: RequestDigest,
): Promise<Result<Answer>> {
  const { principal, origin } = deciding
  if (deciding.what === 'reject') {
    const eligible = await eligibility(kernel, principal, record)
    if (!eligible.ok) return eligible
  } else if (record.requested_by !== principal.id) {
    return fail({
      kind: 'forbidden',
      code: 'not_the_requester',
      message: say`Only who asked for it can cancel it. Whoever may decide on it can reject it.`,
    })
  }
  const target = { kind: record.target_kind, id: record.target_id }
  return writeDecision(kernel, { ...deciding, what: 'cancel' }, record, requestDigest, {
    withdrawal: {
      person_id: principal.id,
      roles: principal.roles,
      note: await sealedNote(kernel, record, note),
    },
    event: requestEvent('withdrawn', record.request_id, action, target, principal.id, origin, {}),
    events: [],
    note,
    state: record.state,
  })
}
