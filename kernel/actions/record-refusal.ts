import { uuidV7 } from '../db/uuid-v7.ts'
import type { EntityRef } from '../entities/entity-ref.ts'
import type { Kernel } from '../kernel.ts'
import { english } from '../languages/make-teller.ts'
import { auditOf, originFacts } from './audit-parts.ts'
import { commitWrite } from './commit-write.ts'
import { type Failure, fail, type Result } from './failure.ts'
import { type Answer, replayedAnswer } from './idempotency.ts'
import type { RequestDigest } from './request-digest.ts'
import { requestPart } from './request-part.ts'
import type { Submission } from './submission.ts'

/** The action was understood and its own rules refuse it: an outcome, recorded with its key and its audit entry. */
export async function recordRefusal(
  kernel: Kernel,
  { principal, origin, action, door, key }: Submission,
  requestDigest: RequestDigest,
  target: EntityRef,
  reason: { code: string; note?: string },
  failure: Failure,
): Promise<Result<Answer>> {
  const committed = await commitWrite(kernel.pool, {
    tenant_id: null,
    idempotency: {
      actor_id: principal.id,
      door,
      key,
      digest: requestDigest.kept,
      status: 409,
      answer: { code: failure.code, message: failure.message },
      request_id: null,
    },
    events: [],
    audit: auditOf(kernel, {
      kind: 'action',
      actor: { id: principal.id, roles: principal.roles },
      action: action.name,
      target,
      reason,
      outcome: 'refused',
      detail: { code: failure.code },
      ...originFacts(origin),
    }),
  })
  if (!committed.ok) return committed
  if (!committed.value.replayed) return fail(failure)
  return replayedAnswer(committed.value, requestDigest)
}

/** Roles allow the action, the target's attributes or the policy do not: the request exists, denied. */
export async function recordDeniedRequest(
  kernel: Kernel,
  { principal, origin, action, door }: Submission,
  target: EntityRef,
  reason: { code: string; note?: string },
  failure: Failure,
): Promise<void> {
  const requestId = uuidV7()
  const committed = await commitWrite(kernel.pool, {
    tenant_id: null,
    request: requestPart(action, {
      requestId,
      target,
      door,
      by: principal,
      correlationId: origin.httpRequestId,
    }),
    transitions: [
      {
        step: 1,
        revision: 1,
        from_state: null,
        to_state: 'denied',
        actor_id: principal.id,
        why: failure.code,
      },
    ],
    events: [],
    audit: auditOf(kernel, {
      kind: 'denial',
      actor: { id: principal.id, roles: principal.roles },
      action: action.name,
      target,
      reason,
      outcome: 'denied',
      actionRequestId: requestId,
      transition: { from: null, to: 'denied', revision: 1 },
      detail: { code: failure.code },
      ...originFacts(origin),
    }),
  })
  if (!committed.ok) throw new Error(`a denial could not be recorded: ${english(committed.failure.message)}`)
  kernel.observeMove({ action: action.name, state: 'denied' })
}
