import { forbidden } from '../access/forbidden.ts'
import type { ApprovalPolicy } from '../approvals/approval-policy.ts'
import { beforeApproval } from '../approvals/before-approval.ts'
import { uuidV7 } from '../db/uuid-v7.ts'
import { refText } from '../entities/entity-ref.ts'
import { isVersion } from '../entities/rests-on.ts'
import { fieldErrors } from '../http/field-errors.ts'
import { stepUpChallenge } from '../identity/step-up.ts'
import type { Kernel } from '../kernel.ts'
import { say } from '../languages/say.ts'
import type { Json } from '../personal-data/canonical-json.ts'
import { scheduleFault } from '../schedule/schedule-fault.ts'
import { againWhenMet } from './again-when-met.ts'
import { answerOnce } from './answer-once.ts'
import { withAskedFrom } from './asked-from.ts'
import { auditOf, originFacts } from './audit-parts.ts'
import { commitWrite, type WriteParts } from './commit-write.ts'
import { considerAction } from './consider-action.ts'
import { fail, invalid, ok, type Result } from './failure.ts'
import { type Answer, replayedAnswer } from './idempotency.ts'
import { alreadyRequested, openEmergencyOn, openRequests, pointingToEmergency } from './open-request.ts'
import { recordDenial, recordUnknownMembers } from './record-denial.ts'
import { recordDeniedRequest, recordRefusal } from './record-refusal.ts'
import { requestDigest as digestOfRequest, type RequestDigest } from './request-digest.ts'
import { localEvents, requestEvent } from './request-events.ts'
import { openRequestPart } from './request-part.ts'
import { revisionPart } from './revision-part.ts'
import { stalePreview } from './stale-preview.ts'
import { type Submission, submissionBody } from './submission.ts'
import { undoFault } from './undo-request.ts'
import { withReasonCodes } from './with-reason-codes.ts'

/**
 * The governed write path, the one way in which anything is changed (docs/adr/0002-write-path.md). In order: role ×
 * action, replay, parse, fresh read, decide, requirement, commit in one transaction, answer.
 *
 * @returns 200 where the action is executed, 202 where it waits or is under way; or why it was not carried out
 */
export async function submitAction(kernel: Kernel, submission: Submission): Promise<Result<Answer>> {
  const { principal, origin, action, door, key } = submission

  // 1. Who may not act learns nothing: not whether the target exists, not whether the key was used.
  if (!kernel.access.mayEver(principal, action.name)) {
    const failure = forbidden(kernel, action.name)
    await recordDenial(kernel, principal, origin, {
      action: action.name,
      movesMoney: action.movesMoney,
      code: failure.code,
    })
    return fail(failure)
  }

  // 2. Replay.
  const requestDigest = digestOfRequest(kernel.sealer, { door, body: submission.rawBody })
  const submitted = { actor: principal.id, door, key, digest: requestDigest, console: action.console }
  return answerOnce(kernel, submitted, (rules) => {
    const policy = kernel.policies.withRules(action.console, rules)
    return againWhenMet(['sum_moved'], () => decideAndCommit(kernel, submission, requestDigest, policy))
  })
}

async function decideAndCommit(
  kernel: Kernel,
  submission: Submission,
  requestDigest: RequestDigest,
  policy: ApprovalPolicy,
): Promise<Result<Answer> & { readonly recorded?: boolean }> {
  const { principal, origin, action, door, key } = submission

  // 3. Parse.
  const parsed = submissionBody.safeParse(submission.body)
  if (!parsed.success) {
    await recordUnknownMembers(kernel, principal, origin, action.name, parsed.error.issues)
    return fail(invalid(...withReasonCodes(action, undefined, fieldErrors(parsed.error.issues))))
  }
  const {
    target,
    reason,
    input,
    expected_version,
    preview_digest,
    emergency,
    break_glass,
    undoes,
    scheduled_for,
  } = parsed.data
  if (target.kind !== action.targetKind) {
    return fail(
      invalid({
        field: 'target.kind',
        message: say`is not what this action acts on`,
        allowed: [action.targetKind],
      }),
    )
  }
  if (undoes !== undefined) {
    const fault = await undoFault(kernel, principal, action, target, undoes)
    if (fault) return fail(fault)
  }
  // 4 to 6. Fresh read, decide, requirement.
  const considered = await considerAction(
    kernel,
    principal,
    action,
    target,
    withAskedFrom(action, input, origin),
    submission.asksNoReason ? { ...reason, unasked: true } : reason,
    policy,
  )
  if (!considered.ok) {
    await recordUnknownMembers(kernel, principal, origin, action.name, considered.inputIssues ?? [])
    if (considered.failure.breach) {
      await recordDenial(kernel, principal, origin, {
        ...{ action: action.name, movesMoney: action.movesMoney, code: considered.failure.code },
        ...{ resource: refText(target), breach: true },
      })
    }
    if (considered.refusedBy === 'policy') {
      await recordDeniedRequest(kernel, submission, target, reason, considered.failure)
    }
    if (considered.refusedBy === 'decide') {
      const failure = await pointingToEmergency(kernel, action, target, considered.failure)
      const answer = await recordRefusal(kernel, submission, requestDigest, target, reason, failure)
      return { ...answer, recorded: true }
    }
    return considered
  }
  const { found, previewDigest, rule } = considered.value
  if (expected_version !== undefined && !isVersion(expected_version, found.version)) {
    return fail({
      kind: 'conflict',
      code: 'target_changed',
      message: say`The ${target.kind} has changed since you opened it (you saw version ${expected_version}, it is now ${found.version}).`,
      extra: { expected_version, current_version: found.version, preview: considered.value.preview },
    })
  }
  if (preview_digest !== undefined && preview_digest !== previewDigest) {
    return fail(stalePreview(previewDigest, considered.value.preview))
  }
  const needsDigest = action.risk === 'high' || action.risk === 'critical'
  if (needsDigest && preview_digest === undefined && !submission.bindsPreview) {
    return fail(
      invalid({
        field: 'preview_digest',
        message: say`actions of risk ${action.risk} need the digest of a preview (POST /v1/actions/${action.name}/preview)`,
      }),
    )
  }

  if (scheduled_for !== undefined) {
    const fault = scheduleFault(
      considered.value,
      scheduled_for,
      kernel.now(),
      emergency === true || break_glass === true,
    )
    if (fault) return fail(fault)
  }
  const stale = stepUpChallenge(principal, rule.stepUp?.requestMaxAgeS, kernel.now())
  if (stale) return fail(stale)
  const before = await beforeApproval(kernel, principal, considered.value, {
    emergency,
    break_glass,
    note: reason.note,
  })
  if (!before.ok) {
    if (before.failure.kind === 'forbidden') {
      await recordDeniedRequest(kernel, submission, target, reason, before.failure)
    }
    return before
  }

  // 7. Commit.
  const requestId = uuidV7()
  const { part: revision, digest } = await revisionPart(kernel, considered.value, {
    requestId,
    revision: 1,
    reason,
    author: principal,
    scheduledFor: scheduled_for,
  })
  const waits = rule.required > 0 && before.value === undefined
  const state = waits ? 'pending' : revision.effect === 'local' ? 'executed' : 'authorized'
  const transition = { from: null, to: state, revision: 1 }
  const basis = waits ? undefined : (before.value?.basis ?? 'quorum')
  const status = state === 'executed' ? 200 : 202
  const resource = {
    id: requestId,
    type: action.name,
    title: action.present.title,
    risk: action.risk,
    state,
    basis: basis ?? null,
    revision: 1,
    target,
    digest,
    reason: { code: reason.code },
    approvals: { required: rule.required, eligible_roles: rule.eligibleRoles, given: [] },
    ...before.value?.shown,
    ...(undoes === undefined ? {} : { undoes }),
    ...(revision.scheduled_for === undefined
      ? {}
      : { scheduled_for: revision.scheduled_for, schedule: 'waiting' }),
    requested_by: { id: principal.id, name: principal.name },
    idempotency_key: key,
    links: { self: `/v1/requests/${requestId}`, target: `/v1/entities/${target.kind}/${target.id}` },
  }
  const parts: WriteParts = {
    tenant_id: found.tenantId ?? null,
    idempotency: {
      actor_id: principal.id,
      door,
      key,
      digest: requestDigest.kept,
      status,
      answer: resource,
      request_id: requestId,
    },
    request: {
      ...openRequestPart(action, {
        requestId,
        target,
        door,
        by: principal,
        correlationId: origin.httpRequestId,
      }),
      // What only waits, for approval or for its time, keeps nobody from acting at once; the database sees to what is under way.
      ...(before.value ? { concurrent: true } : {}),
    },
    ...(considered.value.rolling.length > 0 ? { rolling: considered.value.rolling } : {}),
    revision,
    ...before.value?.parts,
    ...(undoes === undefined ? {} : { undo: { undoes } }),
    transitions: [{ step: 1, revision: 1, from_state: null, to_state: state, basis, actor_id: principal.id }],
    ...(state === 'authorized' ? { outbox: { revision: 1 } } : {}),
    events:
      state === 'executed'
        ? localEvents(action, considered.value.accepted, requestId, principal.id, origin, found.stream)
        : [
            requestEvent(
              'requested',
              requestId,
              action,
              target,
              principal.id,
              origin,
              {
                state,
                reason_code: reason.code,
                ...(before.value ? { basis: before.value.basis } : {}),
                ...(undoes === undefined ? {} : { undoes }),
                ...(revision.scheduled_for === undefined ? {} : { scheduled_for: revision.scheduled_for }),
              },
              undoes === undefined ? [] : [{ kind: 'request', id: undoes }],
            ),
          ],
    audit: auditOf(kernel, {
      kind: 'action',
      actor: { id: principal.id, roles: principal.roles },
      action: action.name,
      target,
      reason,
      outcome: state,
      actionRequestId: requestId,
      transition,
      ...recordedOf(action.recorded(considered.value.accepted), { basis: before.value?.basis, undoes }),
      ...originFacts(origin),
      tenantId: found.tenantId,
    }),
  }
  const committed = await commitWrite(kernel.pool, parts)
  if (!committed.ok) {
    if (committed.failure.code !== 'already_requested') return committed
    const open = (await openRequests(kernel, target)).get(action.name)?.id
    return fail(alreadyRequested(action, open ?? (await openEmergencyOn(kernel, action, target))))
  }
  if (committed.value.replayed) return replayedAnswer(committed.value, requestDigest)

  kernel.observeMove({ action: action.name, state })
  // 8. The rest is asynchronous: dispatcher, connector, outcome, projections, live update.
  return ok({ status, body: committed.value.answer, replayed: false, requestId })
}

/** That nobody had agreed when it was authorised, and what it takes back, stand in its entry. */
function recordedOf(
  recorded: { readonly detail?: Readonly<Record<string, Json>> },
  more: { readonly basis: string | undefined; readonly undoes: string | undefined },
): { readonly detail?: Readonly<Record<string, Json>> } {
  const given = Object.entries(more).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))
  return given.length === 0 ? recorded : { detail: { ...recorded.detail, ...Object.fromEntries(given) } }
}
