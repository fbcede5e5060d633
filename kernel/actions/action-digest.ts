import { randomBytes } from 'node:crypto'
import type { EntityRef } from '../entities/entity-ref.ts'
import { canonicalBytes, type Json, sha256 } from '../personal-data/canonical-json.ts'

/** Raised when the members below change, so that an old signature can still be checked by the old rules. */
export const DIGEST_FORMAT = 1
const SALT_BYTES = 16

export type DigestFacts = {
  readonly type: string
  readonly target: EntityRef
  readonly input: Json
  readonly reason: { readonly code: string; readonly note?: string }
  readonly targetVersion: string | null
  readonly policyVersion: string
  readonly requestId: string
  readonly revision: number
}

/**
 * What people sign: SHA-256 of the canonical JSON of the exact action, in one revision of one request. Salted, because
 * a note or an account number could otherwise be guessed from the digest.
 */
export function actionDigest(
  facts: DigestFacts,
  salt: Buffer = randomBytes(SALT_BYTES),
): { digest: Buffer; salt: Buffer } {
  const { type, target, input, reason, targetVersion, policyVersion, requestId, revision } = facts
  const digest = sha256(
    canonicalBytes({
      format: DIGEST_FORMAT,
      type,
      target: { kind: target.kind, id: target.id },
      input,
      reason: { code: reason.code, note: reason.note },
      target_version: targetVersion,
      policy_version: policyVersion,
      request_id: requestId,
      revision,
      salt: salt.toString('base64'),
    }),
  )
  return { digest, salt }
}

/** `sha256:4f1c…`: a digest on the wire. */
export function digestText(digest: Buffer): string {
  return `sha256:${digest.toString('hex')}`
}

export const DIGEST_TEXT = /^sha256:[0-9a-f]{64}$/

/** The upstream's idempotency key: the same for every attempt at one revision, and for no other. */
export function effectKey(requestId: string, revision: number): string {
  return sha256(`countersign effect\0${requestId}\0${revision}`).toString('hex')
}
