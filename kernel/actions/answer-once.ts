import type { ApprovalPolicyRule } from '../approvals/approval-policy.ts'
import type { Kernel } from '../kernel.ts'
import type { Committed } from './commit-write.ts'
import { ok, type Result } from './failure.ts'
import { type Answer, abandonSubmission, beginSubmission, replayedAnswer } from './idempotency.ts'
import type { RequestDigest } from './request-digest.ts'

export type Submitted = {
  /** Id of who asks. */
  readonly actor: string
  readonly door: string
  readonly key: string
  readonly digest: RequestDigest
}

/** What came of it; `recorded`: a refusal that stands in the database, and is the answer from now on. */
type Decided = Result<Answer> & { readonly recorded?: boolean }

/**
 * Decides a request with this key once (C-19) and gives its recorded answer ever after. What `decide` does not carry
 * out leaves the key free.
 *
 * @param submitted with the console whose approval rules, as people have set them, `decide` is given
 */
export async function answerOnce(
  kernel: Pick<Kernel, 'pool'>,
  submitted: Submitted & { readonly console?: string },
  decide: (rules: readonly ApprovalPolicyRule[] | null) => Promise<Decided>,
): Promise<Result<Answer>> {
  const begun = await beginSubmission(kernel.pool, submitted)
  if (!begun.ok) return begun
  if (begun.value.replayed) return ok(begun.value.answer)
  let decided = false
  try {
    const result = await decide(begun.value.rules)
    decided = result.ok || result.recorded === true
    return result
  } finally {
    if (!decided) await abandonSubmission(kernel.pool, { ...submitted, holder: begun.value.holder })
  }
}

/** What was answered to a write that carried its key; another process may have decided the same key meanwhile. */
export function answerOf(committed: Committed, { digest }: Submitted, status: number): Result<Answer> {
  if (!committed.replayed) return ok({ status, body: committed.answer, replayed: false, requestId: null })
  return replayedAnswer(committed, digest)
}

/** The part of a write that keeps its answer under its key. `answer` holds no free text and no personal data. */
export function idempotencyPart(
  { actor, door, key, digest }: Submitted,
  status: number,
  answer: object,
): object {
  return {
    actor_id: actor,
    door,
    key,
    digest: digest.kept,
    status,
    answer,
    request_id: null,
  }
}

/** Says of an answer that it is the recorded one. */
export function replayHeaders({ replayed }: Answer): Record<string, string> {
  return replayed ? { 'idempotency-replayed': 'true' } : {}
}
