import { type Failure, fail, type Result } from '../actions/failure.ts'
import type { Answer } from '../actions/idempotency.ts'
import { recordAltered } from '../actions/record-denial.ts'
import type { RequestDigest } from '../actions/request-digest.ts'
import { requestEvent } from '../actions/request-events.ts'
import type { EmergencyRecord, RequestRecord, RevisionRecord } from '../actions/request-record.ts'
import { digestFault } from '../actions/revision-fault.ts'
import type { BoundAction } from '../console.ts'
import { stepUpChallenge } from '../identity/step-up.ts'
import type { Kernel } from '../kernel.ts'
import { english } from '../languages/make-teller.ts'
import { type Said as SaidText, say } from '../languages/say.ts'
import type { Json } from '../personal-data/canonical-json.ts'
import { unopenedFault } from '../reveal/opened-input.ts'
import { eligibility } from './eligibility.ts'
import { notReadAnew } from './shown-digest.ts'
import { shownAsAsked } from './shown-evidence.ts'
import { countingApprovals, signatureFault } from './signature.ts'
import { approvalPart, type Deciding, type Said, writeDecision } from './write-decision.ts'

type Case = {
  readonly record: RequestRecord
  readonly action: BoundAction
  readonly revision: RevisionRecord
  readonly emergency: EmergencyRecord
}

/** The emergency that still waits for the word of others; undefined where there is none or it has ended. */
export function openEmergency({ emergency }: RequestRecord): EmergencyRecord | undefined {
  return emergency && emergency.outcome === null ? emergency : undefined
}

/**
 * One person's word on what is in force already: agreed to, it stays; rejected, it is lifted; renewed, it stays for
 * another term while the question goes on. The state of the request is its effect's and does not move.
 */
export async function decideOnEmergency(
  kernel: Kernel,
  deciding: Deciding,
  { record, action, revision, emergency }: Case,
  said: Said,
  requestDigest: RequestDigest,
): Promise<Result<Answer>> {
  const { principal, origin, what } = deciding
  const target = { kind: record.target_kind, id: record.target_id }
  if (what === 'cancel') {
    return fail({
      kind: 'conflict',
      code: 'emergency_in_force',
      message: say`It is in force. Ask for ${emergency.inverse} to take it back, or wait for its approval.`,
    })
  }
  if (emergency.spent) {
    return fail({
      kind: 'gone',
      code: 'emergency_over',
      message: say`What it did has been taken back since. There is nothing left to decide on.`,
    })
  }
  if (emergency.over) {
    return fail({
      kind: 'gone',
      code: 'emergency_over',
      message: say`This emergency lapsed at ${emergency.until} and is lifted.`,
    })
  }
  const eligible = await eligibility(kernel, principal, record)
  if (!eligible.ok) return eligible
  const event = (
    name: 'approved' | 'emergency_agreed' | 'emergency_rejected' | 'emergency_renewed',
    payload: Record<string, Json>,
  ) => requestEvent(name, record.request_id, action, target, principal.id, origin, payload)
  const write = (
    change: Pick<Parameters<typeof writeDecision>[4], 'approval' | 'renewal' | 'emergencyEnd' | 'event'>,
  ) =>
    writeDecision(kernel, deciding, record, requestDigest, {
      ...change,
      events: [],
      note: said.note,
      state: record.state,
    })
  const sign = (decision: 'approve' | 'reject') =>
    approvalPart(
      kernel,
      deciding,
      record,
      decision,
      said.note,
      // What it did was shown when it was asked for; now it is in force.
      { ...shownAsAsked({ revision }), in_force: record.state },
      eligible.value,
    )
  const end = (outcome: 'agreed' | 'rejected') => ({
    request_id: record.request_id,
    outcome,
    actor_id: principal.id,
  })

  if (what === 'renew') {
    const challenge = stepUpChallenge(principal, emergency.step_up_s, kernel.now())
    if (challenge) return fail(challenge)
    const { note } = await sign('approve')
    return write({
      renewal: {
        term: emergency.terms + 1,
        person_id: principal.id,
        roles: eligible.value,
        note,
        authenticated_at: principal.credential.authenticatedAt?.toISOString() ?? null,
        limit_s: emergency.limit_s,
      },
      event: event('emergency_renewed', { term: emergency.terms + 1 }),
    })
  }
  if (what === 'reject') {
    return write({
      approval: await sign('reject'),
      emergencyEnd: end('rejected'),
      event: event('emergency_rejected', {}),
    })
  }
  const unread = notReadAnew(said.previewDigest)
  if (unread) return fail(unread)
  const unsigned = signatureFault(kernel, principal, revision, said.digest)
  if (unsigned) return fail(unsigned)
  const unopened = await unopenedFault(kernel, principal, action, record)
  if (unopened) return fail(unopened)
  const fault = await digestFault(kernel, action, record)
  if (fault) {
    await recordAltered(kernel, principal, origin, record, english(fault))
    return fail({
      kind: 'conflict',
      code: 'request_altered',
      message: say`This request cannot be agreed to: ${fault}. Reject it.`,
    })
  }
  const given = (await countingApprovals(kernel, record, revision)) + 1
  const tally = { given, required: revision.required_approvals }
  const approval = await sign('approve')
  return given < revision.required_approvals
    ? write({ approval, event: event('approved', tally) })
    : write({ approval, emergencyEnd: end('agreed'), event: event('emergency_agreed', tally) })
}

export function noOpenEmergency({ emergency }: RequestRecord): Failure {
  return {
    kind: 'conflict',
    code: 'no_open_emergency',
    message: emergency
      ? HAS_ENDED[emergency.outcome ?? 'lapsed']
      : say`This was not asked for as an emergency, so there is nothing to renew.`,
  }
}

const HAS_ENDED: Record<NonNullable<EmergencyRecord['outcome']>, SaidText> = {
  agreed: say`This emergency has been agreed to and no longer ends by itself.`,
  rejected: say`This emergency has been rejected.`,
  lapsed: say`This emergency has lapsed unanswered.`,
  taken_back: say`This emergency is over: what it did has been taken back since.`,
  no_effect: say`This emergency was never in force: it had no effect. Ask for it again if it is still needed.`,
}
