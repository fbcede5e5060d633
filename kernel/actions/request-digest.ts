import { canonicalBytes, type Json, sha256 } from '../personal-data/canonical-json.ts'
import type { Sealer } from '../personal-data/sealing.ts'

/** Everything that was asked under a key, so that the same can be told from something else. */
export type RequestDigest = {
  /** As it is kept, hexadecimal. */
  readonly kept: string
  /** As it was kept before it was keyed: what was asked for then is still known by it. */
  readonly unkeyed: string
}

/**
 * Keyed, because a request may hold an account in clear: of one without a key, whoever reads the database finds ten digits by trying
 * them all.
 */
export function requestDigest(
  { digestForInstallation }: Pick<Sealer, 'digestForInstallation'>,
  asked: Json,
): RequestDigest {
  const unkeyed = sha256(canonicalBytes(asked)).toString('hex')
  return { kept: digestForInstallation(`request ${unkeyed}`).toString('hex'), unkeyed }
}

/** @param recorded hexadecimal */
export function sameRequest(recorded: string, { kept, unkeyed }: RequestDigest): boolean {
  return recorded === kept || recorded === unkeyed
}
