import type { Principal } from '../identity/principal.ts'
import type { Kernel } from '../kernel.ts'
import { actionDigest, DIGEST_FORMAT, digestText, effectKey } from './action-digest.ts'
import type { WriteParts } from './commit-write.ts'
import type { Considered } from './consider-action.ts'
import { evidenceOf } from './evidence.ts'
import { sealInput } from './seal-input.ts'

/**
 * One revision of a request as it is written: the input sealed, the digest that people sign, what its author was shown.
 *
 * @param author the person whose revision it is; `authenticatedAt` is absent of a process
 */
export async function revisionPart(
  kernel: Kernel,
  considered: Considered,
  of: {
    readonly requestId: string
    readonly revision: number
    readonly reason: { readonly code: string; readonly note?: string | undefined }
    readonly scheduledFor?: string | undefined
    readonly author: Pick<Principal, 'id'> & { readonly credential?: Principal['credential'] }
  },
): Promise<{ readonly part: NonNullable<WriteParts['revision']>; readonly digest: string }> {
  const { action, target, found, accepted, policyVersion, rule } = considered
  const { requestId, revision, reason, author } = of
  const scheduledFor = of.scheduledFor && new Date(of.scheduledFor).toISOString()
  const connector = action.connectorOf(accepted)
  // Nothing that is wrong with a key keeps harm from being contained.
  const sealer = action.containment ? { seal: kernel.sealer.sealRegardless } : kernel.sealer
  const sealed = await sealInput(sealer, action.inputSchema, considered.input, reason.note, target)
  const { digest, salt } = actionDigest({
    type: action.name,
    target,
    input: sealed.input,
    reason: { code: reason.code, note: sealed.note },
    targetVersion: found.version,
    policyVersion,
    requestId,
    revision,
    decided: accepted,
    connector,
    scheduledFor,
  })
  const evidence = evidenceOf(considered)
  return {
    digest: digestText(digest),
    part: {
      revision,
      input: sealed.input,
      reason_code: reason.code,
      reason_note: sealed.note,
      decided: accepted,
      digest: digest.toString('hex'),
      digest_salt: salt.toString('hex'),
      digest_format: DIGEST_FORMAT,
      target_version: found.version,
      policy_version: policyVersion,
      required_approvals: rule.required,
      eligible_roles: rule.eligibleRoles,
      effect: connector === null ? 'local' : 'upstream',
      connector,
      effect_key: effectKey(requestId, revision),
      expires_in_ms: rule.expiresInS * 1000,
      evidence: evidence.value,
      evidence_hash: evidence.hash,
      created_by: author.id,
      ...(scheduledFor ? { scheduled_for: scheduledFor } : {}),
      approval_max_age_s: rule.stepUp?.approvalMaxAgeS ?? null,
      ...(rule.evidenceFirst ? { evidence_first: true } : {}),
      authenticated_at: author.credential?.authenticatedAt?.toISOString() ?? null,
    },
  }
}
