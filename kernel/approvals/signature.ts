import type { Failure } from '../actions/failure.ts'
import type { RequestRecord, RevisionRecord } from '../actions/request-record.ts'
import type { Principal } from '../identity/principal.ts'
import { stepUpChallenge } from '../identity/step-up.ts'
import type { Kernel } from '../kernel.ts'
import { say } from '../languages/say.ts'

/** Why this is no signature on the revision as it stands: another digest, or a sign-in that is too old for it. */
export function signatureFault(
  kernel: Kernel,
  principal: Principal,
  revision: RevisionRecord,
  digest: string | undefined,
): Failure | undefined {
  if (digest !== revision.digest) {
    return {
      kind: 'conflict',
      code: 'digest_differs',
      message: say`The request has changed since you read it. Read it again before you sign.`,
      extra: { digest: revision.digest, revision: revision.revision },
    }
  }
  return stepUpChallenge(principal, revision.approval_max_age_s ?? undefined, kernel.now())
}

/** The approvals that count towards the quorum of a revision now, as the database derives it. */
export async function countingApprovals(
  kernel: Kernel,
  record: RequestRecord,
  revision: RevisionRecord,
): Promise<number> {
  const { rows } = await kernel.pool.query<{ counting: number }>(
    'SELECT kernel.counting_approvals($1, $2) AS counting',
    [record.request_id, revision.revision],
  )
  return rows[0]?.counting ?? 0
}
