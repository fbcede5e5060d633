import { driftEvidence } from '../approvals/drift.ts'
import type { BoundAction } from '../console.ts'
import { canonicalBytes, type Json, sha256 } from '../personal-data/canonical-json.ts'
import type { Considered } from './consider-action.ts'

/**
 * When the record was read, and from where: nothing is asked for or agreed to on an older copy, so that what a person
 * was shown was fresh and its source answered.
 */
export function freshlyRead(action: Pick<BoundAction, 'connectors'>, readAt: Date): Record<string, Json> {
  const read_at = readAt.toISOString()
  const names = action.connectors.length > 0 ? action.connectors : ['countersign']
  return { read_at, stale: false, sources: names.map((name) => ({ name, status: 'ok', read_at })) }
}

/** What a person was shown when they asked or agreed: sealed with the action, to be shown again as it was. */
export function evidenceOf(considered: Considered): { value: Record<string, Json>; hash: string } {
  const value = {
    preview: considered.preview,
    preview_digest: considered.previewDigest,
    target_version: considered.found.version,
    ...freshlyRead(considered.action, considered.readAt),
    policy_version: considered.policyVersion,
    attributes: considered.attributes,
    approvals: {
      required: considered.rule.required,
      eligible_roles: [...considered.rule.eligibleRoles],
      expires_in_s: considered.rule.expiresInS,
      ...driftEvidence(considered.rule.drift),
    },
  }
  return { value, hash: sha256(canonicalBytes(value)).toString('hex') }
}
