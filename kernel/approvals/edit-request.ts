import { z } from 'zod'
import { forbidden } from '../access/forbidden.ts'
import { answerOnce } from '../actions/answer-once.ts'
import { withAskedFrom } from '../actions/asked-from.ts'
import { auditOf, originFacts } from '../actions/audit-parts.ts'
import { commitWrite } from '../actions/commit-write.ts'
import { type Considered, considerAction } from '../actions/consider-action.ts'
import type { ApprovalRule } from '../actions/define-action.ts'
import { type Failure, fail, invalid, ok, type Result } from '../actions/failure.ts'
import { type Answer, replayedAnswer } from '../actions/idempotency.ts'
import { recordDenial, recordUnknownMembers } from '../actions/record-denial.ts'
import { requestDigest as digestOfRequest } from '../actions/request-digest.ts'
import { requestEvent } from '../actions/request-events.ts'
import { loadRequest, type RequestRecord, type RevisionRecord } from '../actions/request-record.ts'
import { revisionPart } from '../actions/revision-part.ts'
import { openInput, openNote } from '../actions/seal-input.ts'
import { stalePreview } from '../actions/stale-preview.ts'
import { NOTE_MAX_CHARACTERS } from '../actions/submission.ts'
import { maySeeRequest, noSuchRequest } from '../actions/visible-requests.ts'
import { withReasonCodes } from '../actions/with-reason-codes.ts'
import type { BoundAction } from '../console.ts'
import { fieldErrors } from '../http/field-errors.ts'
import type { Principal, RequestOrigin } from '../identity/principal.ts'
import { stepUpChallenge } from '../identity/step-up.ts'
import type { Kernel } from '../kernel.ts'
import { say } from '../languages/say.ts'
import { canonicalBytes, type Json } from '../personal-data/canonical-json.ts'
import { freeText } from '../personal-data/free-text.ts'

export const editBody = z.strictObject({
  input: z.record(z.string(), z.unknown()),
  reason: z.strictObject({ code: z.string().max(64), note: freeText(NOTE_MAX_CHARACTERS).optional() }),
  /** Of the preview that was shown (`revises` of its door): what is asked for is what was read. */
  preview_digest: z.string().max(128).optional(),
})

type Editing = {
  readonly principal: Principal
  readonly origin: RequestOrigin
  readonly door: string
  readonly key: string
}

/** Who asked for a request may edit it, while their role may still ask for the action. */
export async function mayEdit(
  kernel: Kernel,
  { principal, origin }: Pick<Editing, 'principal' | 'origin'>,
  requestId: string,
): Promise<Result<{ readonly record: RequestRecord; readonly action: BoundAction }>> {
  const record = await loadRequest(kernel.pool, requestId)
  if (!record) return fail(noSuchRequest(requestId))
  const action = kernel.actions.get(record.type)
  if (action && kernel.access.mayEver(principal, record.type) && record.requested_by === principal.id) {
    return ok({ record, action })
  }
  const failure: Failure =
    record.requested_by === principal.id
      ? forbidden(kernel, record.type)
      : { kind: 'forbidden', code: 'not_the_requester', message: say`Only who asked for it can edit it.` }
  await recordDenial(kernel, principal, origin, {
    action: record.type,
    movesMoney: record.moves_money,
    code: failure.code,
    resource: `request/${requestId}`,
  })
  return fail(maySeeRequest(kernel, principal, record) ? failure : noSuchRequest(requestId))
}

/**
 * A new revision of a pending request, by whoever asked for it. It is decided afresh; the approvals given so far were
 * for another digest, so they count no more.
 *
 * The request is as {@link mayEdit} found it.
 */
export async function editRequest(
  kernel: Kernel,
  { principal, origin, door, key }: Editing,
  { record, action }: { readonly record: RequestRecord; readonly action: BoundAction },
  rawBody: Json,
): Promise<Result<Answer>> {
  const requestId = record.request_id
  const requestDigest = digestOfRequest(kernel.sealer, { door, id: requestId, body: rawBody })
  return answerOnce(kernel, { actor: principal.id, door, key, digest: requestDigest }, async () => {
    const parsed = editBody.safeParse(rawBody)
    if (!parsed.success) {
      await recordUnknownMembers(kernel, principal, origin, action.name, parsed.error.issues)
      return fail(invalid(...withReasonCodes(action, undefined, fieldErrors(parsed.error.issues))))
    }
    if (record.state !== 'pending' || !record.revision) {
      return fail({ kind: 'conflict', code: 'not_pending', message: say`This request is ${record.state}.` })
    }
    if (record.revision.expired) {
      return fail({
        kind: 'gone',
        code: 'request_expired',
        message: say`This request has expired. Ask for it again.`,
      })
    }
    if (record.bulk) {
      return fail({
        kind: 'conflict',
        code: 'bulk_not_edited',
        message: say`A request over many records is not edited. Cancel it and ask anew.`,
      })
    }
    const target = { kind: record.target_kind, id: record.target_id }
    const { input, reason, preview_digest } = parsed.data
    const considered = await considerAction(
      kernel,
      principal,
      action,
      target,
      withAskedFrom(action, input, origin),
      reason,
      undefined,
      requestId,
    )
    if (!considered.ok) {
      await recordUnknownMembers(kernel, principal, origin, action.name, considered.inputIssues ?? [])
      if (considered.refusedBy === 'policy' || considered.failure.breach) {
        await recordDenial(kernel, principal, origin, {
          action: record.type,
          movesMoney: record.moves_money,
          code: considered.failure.code,
          resource: `request/${requestId}`,
          breach: considered.failure.breach,
        })
      }
      return considered
    }
    const { previewDigest, preview } = considered.value
    if (preview_digest !== undefined && preview_digest !== previewDigest) {
      return fail(stalePreview(previewDigest, preview))
    }
    if (await saysTheSame(kernel, record.revision, action, considered.value, reason)) {
      return fail({
        kind: 'conflict',
        code: 'nothing_changed',
        message: say`Nothing is changed: input and reason are those of this revision, and what it was asked on stands as it did.`,
      })
    }
    const rule = countersigned(considered.value.rule, record.revision.eligible_roles)
    if (!rule) {
      return fail({
        kind: 'conflict',
        code: 'nobody_may_approve',
        message: say`Nobody could agree to this: the approval policy names no role for it. Cancel it and ask anew.`,
      })
    }
    const stale = stepUpChallenge(principal, rule.stepUp?.requestMaxAgeS, kernel.now())
    if (stale) return fail(stale)
    const revision = record.revision.revision + 1
    const { part, digest } = await revisionPart(
      kernel,
      { ...considered.value, rule },
      {
        ...{ requestId, revision, reason, author: principal },
        scheduledFor: record.revision.scheduled_for ?? undefined,
      },
    )
    const committed = await commitWrite(kernel.pool, {
      tenant_id: record.tenant_id,
      idempotency: {
        ...{ actor_id: principal.id, door, key, digest: requestDigest.kept, status: 200 },
        answer: {
          id: requestId,
          type: action.name,
          state: 'pending',
          revision,
          target,
          digest,
          reason: { code: reason.code },
          approvals: { required: rule.required, eligible_roles: rule.eligibleRoles, given: [] },
          requested_by: { id: principal.id, name: principal.name },
          created_at: record.created_at,
          links: { self: `/v1/requests/${requestId}`, target: `/v1/entities/${target.kind}/${target.id}` },
        },
        request_id: requestId,
      },
      expect: { request_id: requestId, transitions: record.transitions, approvals: record.approvals.length },
      ...(considered.value.rolling.length > 0 ? { rolling: considered.value.rolling } : {}),
      revision: part,
      transitions: [
        {
          step: record.transitions + 1,
          revision,
          from_state: 'pending',
          to_state: 'pending',
          actor_id: principal.id,
          why: 'edited',
        },
      ],
      events: [requestEvent('edited', requestId, action, target, principal.id, origin, { revision })],
      audit: auditOf(kernel, {
        kind: 'action',
        actor: { id: principal.id, roles: principal.roles },
        action: action.name,
        target,
        reason,
        outcome: 'pending',
        actionRequestId: requestId,
        transition: { from: 'pending', to: 'pending', revision },
        ...action.recorded(considered.value.accepted),
        ...originFacts(origin),
        ...(record.tenant_id === null ? {} : { tenantId: record.tenant_id }),
      }),
    })
    if (!committed.ok) return committed
    if (committed.value.replayed) return replayedAnswer(committed.value, requestDigest)
    return ok({ status: 200, body: committed.value.answer, replayed: false, requestId })
  })
}

/**
 * Whether a new revision would void what was signed for nothing. One that reads the same counts where the record or the
 * rules have moved since: it is asked on what holds now.
 */
async function saysTheSame(
  { sealer }: Pick<Kernel, 'sealer'>,
  current: RevisionRecord,
  action: BoundAction,
  considered: Considered,
  reason: { readonly code: string; readonly note?: string | undefined },
): Promise<boolean> {
  const { found, target, policyVersion, input } = considered
  if (current.target_version !== (found.version ?? null) || current.policy_version !== policyVersion)
    return false
  if (current.reason_code !== reason.code) return false
  if ((await openNote(sealer, current.reason_note, target)) !== reason.note) return false
  const before = await openInput(sealer, action.inputSchema, current.input, target)
  return canonicalBytes(before).equals(canonicalBytes(input))
}

/**
 * A revision can ask for more people than the first did, never for nobody: it is being countersigned. Where the policy
 * now asks for nobody, one of those who were asked before it was edited agrees.
 *
 * @returns undefined where no role is left that could agree
 */
function countersigned(rule: ApprovalRule, askedBefore: readonly string[]): ApprovalRule | undefined {
  const eligibleRoles = rule.required > 0 && rule.eligibleRoles.length > 0 ? rule.eligibleRoles : askedBefore
  return eligibleRoles.length === 0
    ? undefined
    : { ...rule, required: Math.max(rule.required, 1), eligibleRoles }
}
