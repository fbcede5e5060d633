import type { Kernel } from '../kernel.ts'
import type { Committed } from './commit-write.ts'
import { ok, type Result } from './failure.ts'
import { type Answer, abandonSubmission, beginSubmission, replayedAnswer } from './idempotency.ts'

export type Submitted = {
  /** Id of who asks. */
  readonly actor: string
  readonly door: string
  readonly key: string
  /** SHA-256 of everything that was asked. */
  readonly digest: Buffer
}

/**
 * Decides a request with this key once (C-19) and gives its recorded answer ever after. What `decide` does not carry
 * out leaves the key free.
 */
export async function answerOnce(
  kernel: Pick<Kernel, 'pool'>,
  submitted: Submitted,
  decide: () => Promise<Result<Answer>>,
): Promise<Result<Answer>> {
  const begun = await beginSubmission(kernel.pool, submitted)
  if (!begun.ok) return begun
  if (begun.value.replayed) return ok(begun.value.answer)
  let decided = false
  try {
    const result = await decide()
    decided = result.ok
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
    digest: digest.toString('hex'),
    status,
    answer,
    request_id: null,
  }
}

/** Says of an answer that it is the recorded one. */
export function replayHeaders({ replayed }: Answer): Record<string, string> {
  return replayed ? { 'idempotency-replayed': 'true' } : {}
}
