import { randomBytes } from 'node:crypto'
import type { EntityRef } from '../entities/entity-ref.ts'
import { canonicalBytes, type Json, sha256 } from '../personal-data/canonical-json.ts'
import type { Sealed } from '../personal-data/sealing.ts'

/** Raised when the members below change, so that an old signature can still be checked by the old rules. */
export const DIGEST_FORMAT = 2
const SALT_BYTES = 16

type Facts = {
  readonly type: string
  readonly target: EntityRef
  readonly targetVersion: string | null
  readonly policyVersion: string
  readonly requestId: string
  readonly revision: number
  /** RFC 3339 in UTC with milliseconds; absent: as soon as it is agreed to. */
  readonly scheduledFor?: string | undefined
}

export type DigestFacts = Facts & {
  /** As it is stored, with personal data sealed: so it can be computed again by whoever may not open that. */
  readonly input: Json
  readonly reason: { readonly code: string; readonly note: Sealed | null }
  /** What `decide` accepted, which is what the connector is given; and which connector that is. */
  readonly decided: Json
  readonly connector: string | null
}

/**
 * What people sign: SHA-256 of the canonical JSON of the exact action, in one revision of one request, with what its
 * effect is given. Salted, because a note or an account number could otherwise be guessed from the digest.
 */
export function actionDigest(
  facts: DigestFacts,
  salt: Buffer = randomBytes(SALT_BYTES),
): { digest: Buffer; salt: Buffer } {
  const { input, reason, decided, connector } = facts
  const digest = digestOf(facts, salt, {
    format: DIGEST_FORMAT,
    input,
    reason: { code: reason.code, note: reason.note },
    decided: sha256(canonicalBytes(decided)).toString('hex'),
    connector,
  })
  return { digest, salt }
}

/** Format 1, of revisions made before: input and note in clear, and nothing of what the effect is given. */
export function actionDigestV1(
  facts: Facts & { readonly input: Json; readonly reason: { readonly code: string; readonly note?: string } },
  salt: Buffer,
): Buffer {
  const { input, reason } = facts
  return digestOf(facts, salt, { format: 1, input, reason: { code: reason.code, note: reason.note } })
}

function digestOf(facts: Facts, salt: Buffer, more: { readonly [name: string]: Json }): Buffer {
  const { type, target, targetVersion, policyVersion, requestId, revision } = facts
  return sha256(
    canonicalBytes({
      ...more,
      type,
      target: { kind: target.kind, id: target.id },
      target_version: targetVersion,
      policy_version: policyVersion,
      request_id: requestId,
      revision,
      ...(facts.scheduledFor === undefined ? {} : { scheduled_for: facts.scheduledFor }),
      salt: salt.toString('base64'),
    }),
  )
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
