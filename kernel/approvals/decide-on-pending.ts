import { type Failure, fail, type Result } from '../actions/failure.ts'
import type { Answer } from '../actions/idempotency.ts'
import { openEmergencyOn } from '../actions/open-request.ts'
import type { RequestDigest } from '../actions/request-digest.ts'
import { localEvents, requestEvent } from '../actions/request-events.ts'
import { recordsOf } from '../bulk/bulk-rows.ts'
import type { Kernel } from '../kernel.ts'
import { say } from '../languages/say.ts'
import { unopenedFault } from '../reveal/opened-input.ts'
import { agreeToList, agreeToRecord, emergencyInForce } from './agree-to-request.ts'
import { eligibility } from './eligibility.ts'
import { recheckForLocalEffect } from './recheck-for-local-effect.ts'
import { type Asked, shownToRejecter } from './shown-evidence.ts'
import { countingApprovals, signatureFault } from './signature.ts'
import { approvalPart, type Deciding, type Said, sealedNote, writeDecision } from './write-decision.ts'

/** One person's word on what is pending and has not expired: cancelled, rejected, or agreed to. */
export async function decideOnPending(
  kernel: Kernel,
  deciding: Deciding,
  asked: Asked,
  said: Said,
  requestDigest: RequestDigest,
): Promise<Result<Answer>> {
  if (deciding.what === 'cancel') return cancel(kernel, deciding, asked, said, requestDigest)
  const eligible = await eligibility(kernel, deciding.principal, asked.record)
  if (!eligible.ok) return eligible
  const word = { ...asked, roles: eligible.value }
  return deciding.what === 'reject'
    ? reject(kernel, deciding, word, said, requestDigest)
    : agree(kernel, deciding, word, said, requestDigest)
}

/** What was asked for, and the roles by which whoever decides may. */
type Word = Asked & { readonly roles: readonly string[] }

async function cancel(
  kernel: Kernel,
  deciding: Deciding,
  { record, action }: Asked,
  { note }: Said,
  requestDigest: RequestDigest,
): Promise<Result<Answer>> {
  const { principal, origin } = deciding
  if (record.requested_by !== principal.id) {
    const message = say`Only who asked for it can cancel it.`
    return fail({ kind: 'forbidden', code: 'not_the_requester', message })
  }
  const target = { kind: record.target_kind, id: record.target_id }
  const alsoOn = await recordsOf(kernel.pool, record)
  return writeDecision(kernel, deciding, record, requestDigest, {
    transition: { to_state: 'cancelled', note: await sealedNote(kernel, record, note) },
    event: requestEvent('cancelled', record.request_id, action, target, principal.id, origin, {}, alsoOn),
    events: [],
    note,
    state: 'cancelled',
  })
}

async function reject(
  kernel: Kernel,
  deciding: Deciding,
  { roles, ...asked }: Word,
  { note }: Said,
  requestDigest: RequestDigest,
): Promise<Result<Answer>> {
  const { principal, origin } = deciding
  const { record, action } = asked
  const target = { kind: record.target_kind, id: record.target_id }
  const alsoOn = await recordsOf(kernel.pool, record)
  const evidence = await shownToRejecter(kernel, asked)
  return writeDecision(kernel, deciding, record, requestDigest, {
    approval: await approvalPart(kernel, deciding, record, 'reject', note, evidence, roles),
    transition: { to_state: 'rejected' },
    event: requestEvent('rejected', record.request_id, action, target, principal.id, origin, {}, alsoOn),
    events: [],
    note,
    state: 'rejected',
  })
}

/** A signature; with the last one that is needed it is authorised, or done where its effect is our own. */
async function agree(
  kernel: Kernel,
  deciding: Deciding,
  { roles, ...asked }: Word,
  { digest, note, previewDigest }: Said,
  requestDigest: RequestDigest,
): Promise<Result<Answer>> {
  const { principal, origin } = deciding
  const { record, action, revision } = asked
  const { request_id: id } = record
  const target = { kind: record.target_kind, id: record.target_id }
  const counting = await countingApprovals(kernel, record, revision)
  const unsigned = signatureFault(kernel, principal, revision, digest)
  if (unsigned) return fail(unsigned)
  const agreed = record.bulk
    ? await agreeToList(kernel, deciding, asked, previewDigest)
    : await agreeToRecord(kernel, deciding, asked, previewDigest)
  if (!agreed.ok) return agreed
  // Nobody opens what cannot be agreed to any more.
  const unopened = await unopenedFault(kernel, principal, action, record)
  if (unopened) return fail(unopened)
  const { evidence, found } = agreed.value
  const approval = await approvalPart(kernel, deciding, record, 'approve', note, evidence, roles)
  const tally = { given: counting + 1, required: revision.required_approvals }
  if (tally.given < tally.required) {
    return writeDecision(kernel, deciding, record, requestDigest, {
      approval,
      event: requestEvent('approved', id, action, target, principal.id, origin, tally),
      events: [],
      note,
      state: 'pending',
    })
  }
  const local = revision.effect === 'local'
  if (local && found) {
    const given = record.approvals.filter((approved) => !approved.void)
    const approvers = [...given.map((approved) => approved.roles), roles]
    const stands = await recheckForLocalEffect(kernel, action, record, found.state, approvers)
    if (!stands.ok) return stands
  }
  const state = local ? 'executed' : 'authorized'
  const written = await writeDecision(kernel, deciding, record, requestDigest, {
    approval,
    transition: { to_state: state, basis: 'quorum' },
    ...(local ? {} : { outbox: { revision: revision.revision } }),
    event: requestEvent(state, id, action, target, principal.id, origin, { ...tally, basis: 'quorum' }),
    events: local
      ? localEvents(action, revision.decided, id, record.requested_by, origin, found?.stream)
      : [],
    note,
    state,
  })
  if (written.ok || written.failure.code !== 'already_requested') return written
  // Between the reading and the writing somebody has put it in force, or takes it back, before others have agreed.
  const emergency = await openEmergencyOn(kernel, action, target)
  return fail(emergency === undefined ? UNDER_WAY : emergencyInForce(emergency))
}

const UNDER_WAY: Failure = {
  kind: 'conflict',
  code: 'already_requested',
  message: say`The same is being carried out on this record by another request. Look at the record, then decide.`,
}
