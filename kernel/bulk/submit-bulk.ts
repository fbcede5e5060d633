import { forbidden } from '../access/forbidden.ts'
import { againWhenMet } from '../actions/again-when-met.ts'
import { answerOnce } from '../actions/answer-once.ts'
import { auditOf, originFacts } from '../actions/audit-parts.ts'
import { commitWrite } from '../actions/commit-write.ts'
import type { Considered } from '../actions/consider-action.ts'
import { fail, invalid, ok, type Result } from '../actions/failure.ts'
import { type Answer, replayedAnswer } from '../actions/idempotency.ts'
import { recordDenial, recordUnknownMembers } from '../actions/record-denial.ts'
import { requestDigest as digestOfRequest, type RequestDigest } from '../actions/request-digest.ts'
import { requestEvent } from '../actions/request-events.ts'
import { openRequestPart } from '../actions/request-part.ts'
import { revisionPart } from '../actions/revision-part.ts'
import type { Submission } from '../actions/submission.ts'
import { withReasonCodes } from '../actions/with-reason-codes.ts'
import type { ApprovalPolicy } from '../approvals/approval-policy.ts'
import { uuidV7 } from '../db/uuid-v7.ts'
import { fieldErrors } from '../http/field-errors.ts'
import { stepUpChallenge } from '../identity/step-up.ts'
import type { Kernel } from '../kernel.ts'
import { say } from '../languages/say.ts'
import type { Json } from '../personal-data/canonical-json.ts'
import { BULK_CONNECTOR, bulkBody } from './bulk-request.ts'
import { bulkRowParts, rowsHash } from './bulk-rows.ts'
import { considerBulk, type RefusedRow, rowOnWire, severalText, type Whole } from './consider-bulk.ts'
import { bulkUndoFault } from './undo-bulk.ts'

/**
 * One request over many records (K-19): the write path of a single one, with a list of rows that its digest covers. It is
 * asked for over exactly what its preview showed: where a row is refused or has changed, nothing is requested.
 */
export async function submitBulk(
  kernel: Kernel,
  submission: Omit<Submission, 'bindsPreview'>,
): Promise<Result<Answer>> {
  const { principal, origin, action, door, key } = submission
  if (!kernel.access.mayEver(principal, action.name)) {
    const failure = forbidden(kernel, action.name)
    const { movesMoney } = action
    await recordDenial(kernel, principal, origin, { action: action.name, movesMoney, code: failure.code })
    return fail(failure)
  }
  const digest = digestOfRequest(kernel.sealer, { door, body: submission.rawBody })
  const submitted = { actor: principal.id, door, key, digest, console: action.console }
  return answerOnce(kernel, submitted, (rules) => {
    const policy = kernel.policies.withRules(action.console, rules)
    return againWhenMet(['sum_moved'], () => decideAndCommit(kernel, submission, digest, policy))
  })
}

async function decideAndCommit(
  kernel: Kernel,
  submission: Omit<Submission, 'bindsPreview'>,
  requestDigest: RequestDigest,
  policy: ApprovalPolicy,
): Promise<Result<Answer>> {
  const { principal, origin, action, door, key } = submission
  const parsed = bulkBody.safeParse(submission.body)
  if (!parsed.success) {
    await recordUnknownMembers(kernel, principal, origin, action.name, parsed.error.issues)
    return fail(invalid(...withReasonCodes(action, undefined, fieldErrors(parsed.error.issues))))
  }
  const { rows, input, reason, preview_digest, undoes } = parsed.data
  if (undoes !== undefined) {
    const targets = rows.map(({ target }) => target)
    const fault = await bulkUndoFault(kernel, principal, action, targets, undoes)
    if (fault) return fail(fault)
  }
  const considered = await considerBulk(kernel, principal, action, { rows, input, reason }, policy)
  if (!considered.ok) {
    if (considered.failure.kind === 'forbidden') {
      await recordDenial(kernel, principal, origin, {
        action: action.name,
        movesMoney: action.movesMoney,
        code: considered.failure.code,
        resource: severalText(rows.map(({ target }) => target)),
      })
    }
    return considered
  }
  const { accepted, refused, whole } = considered.value
  await recordDenials(kernel, submission, refused)
  if (!whole || refused.length > 0) {
    return fail({
      kind: 'conflict',
      code: 'rows_refused',
      message: say`${refused.length} of ${rows.length} records cannot be asked for now. Leave them out, or look again.`,
      extra: { rows: refused.map((row) => rowOnWire(kernel, row)) },
    })
  }
  if (preview_digest !== whole.previewDigest) {
    return fail({
      kind: 'conflict',
      code: 'preview_stale',
      message: say`What this would do has changed since you were shown it. Look at it again and confirm.`,
      extra: { preview_digest: whole.previewDigest, preview: whole.preview },
    })
  }
  const stale = stepUpChallenge(principal, whole.rule.stepUp?.requestMaxAgeS, kernel.now())
  if (stale) return fail(stale)

  const requestId = uuidV7()
  const target = { kind: 'request', id: requestId }
  const rowParts = await bulkRowParts(kernel, accepted)
  const decided = { count: rowParts.length, rows: rowsHash(rowParts) }
  const [first] = accepted
  if (!first) throw new Error('a request over no record was accepted')
  const { part: revision, digest } = await revisionPart(kernel, asOne(first, whole, target, decided), {
    requestId,
    revision: 1,
    reason,
    author: principal,
  })
  const state = whole.rule.required > 0 ? 'pending' : 'authorized'
  const basis = state === 'authorized' ? ('quorum' as const) : undefined
  const status = 202
  const committed = await commitWrite(kernel.pool, {
    tenant_id: whole.tenantId ?? null,
    idempotency: {
      actor_id: principal.id,
      door,
      key,
      digest: requestDigest.kept,
      status,
      answer: {
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
        approvals: {
          required: whole.rule.required,
          eligible_roles: whole.rule.eligibleRoles,
          given: [],
        },
        bulk: { count: rowParts.length, counts: { waiting: rowParts.length } },
        ...(undoes === undefined ? {} : { undoes }),
        requested_by: { id: principal.id, name: principal.name },
        idempotency_key: key,
        links: {
          self: `/v1/requests/${requestId}`,
          target: `/v1/entities/request/${requestId}`,
          rows: `/v1/requests/${requestId}/rows`,
        },
      },
      request_id: requestId,
    },
    request: openRequestPart(action, {
      requestId,
      target,
      door,
      by: principal,
      correlationId: origin.httpRequestId,
    }),
    ...(whole.rolling.length > 0 ? { rolling: whole.rolling } : {}),
    revision,
    rows: rowParts,
    ...(undoes === undefined ? {} : { undo: { undoes } }),
    transitions: [{ step: 1, revision: 1, from_state: null, to_state: state, basis, actor_id: principal.id }],
    ...(state === 'authorized' ? { outbox: { revision: 1 } } : {}),
    events: [
      requestEvent(
        'requested',
        requestId,
        action,
        target,
        principal.id,
        origin,
        {
          ...{ state, reason_code: reason.code, count: rowParts.length },
          ...(undoes === undefined ? {} : { undoes }),
        },
        [
          ...accepted.map((row) => row.target),
          ...(undoes === undefined ? [] : [{ kind: 'request', id: undoes }]),
        ],
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
      transition: { from: null, to: state, revision: 1 },
      detail: undoes === undefined ? decided : { ...decided, undoes },
      ...originFacts(origin),
      tenantId: whole.tenantId,
    }),
  })
  if (!committed.ok) return committed
  if (committed.value.replayed) return replayedAnswer(committed.value, requestDigest)
  kernel.observeMove({ action: action.name, state })
  return ok({ status, body: committed.value.answer, replayed: false, requestId })
}

/** The whole as a single request is considered: about itself, and its version is that of its list. */
function asOne(
  first: Considered,
  whole: Whole,
  target: Considered['target'],
  decided: { readonly count: number; readonly rows: string },
): Considered {
  const { action, input } = first
  return {
    ...whole,
    action: { ...action, connectorOf: () => BULK_CONNECTOR },
    target,
    found: { status: 'found', state: decided, version: decided.rows },
    input,
    accepted: decided as Json,
  }
}

/** Every denial is recorded (K-09), whatever else the request was over. */
export async function recordDenials(
  kernel: Kernel,
  { principal, origin, action }: Pick<Submission, 'principal' | 'origin' | 'action'>,
  refused: readonly RefusedRow[],
): Promise<void> {
  for (const { target, failure, denied } of refused) {
    if (!denied) continue
    await recordDenial(kernel, principal, origin, {
      action: action.name,
      movesMoney: action.movesMoney,
      code: failure.code,
      resource: `${target.kind}/${target.id}`,
    })
  }
}
