import { canonicalBytes, type Json, sha256 } from '../personal-data/canonical-json.ts'
import type { Considered } from './consider-action.ts'

/** What a person was shown when they asked or agreed: sealed with the action, to be shown again as it was. */
export function evidenceOf(considered: Considered): { value: Record<string, Json>; hash: string } {
  const value = {
    preview: considered.preview as unknown as Json,
    preview_digest: considered.previewDigest,
    target_version: considered.found.version,
    read_at: considered.readAt.toISOString(),
    policy_version: considered.policyVersion,
    attributes: considered.attributes,
    approvals: {
      required: considered.rule.required,
      eligible_roles: [...considered.rule.eligibleRoles],
      expires_in_s: considered.rule.expiresInS,
    },
  }
  return { value, hash: sha256(canonicalBytes(value)).toString('hex') }
}
