import {
  type CryptoKey,
  createLocalJWKSet,
  createRemoteJWKSet,
  customFetch,
  errors,
  type FlattenedJWSInput,
  type JWSHeaderParameters,
} from 'jose'
import { unsoundKey } from './unsound-key.ts'

/** An unknown `kid` makes the key set be fetched anew, at most this often; and so does a provider that was out of reach. */
const JWKS_COOLDOWN_MS = 5_000
const JWKS_TIMEOUT_MS = 3_000
/** What was read is read again when it is as old as this: a key that was withdrawn is believed no longer than that. */
export const KEYS_READ_EVERY_MS = 30_000
/** While the provider is out of reach, the keys that were read last count for as long as this. */
export const KEYS_KEPT_MS = 600_000

/** The key set could not be fetched. */
class KeysOutOfReachError extends Error {
  constructor(url: URL, cause: unknown) {
    super(`the keys at ${url.href} cannot be fetched`, { cause })
    this.name = 'KeysOutOfReachError'
  }
}

/** Finds the key that a token names. */
export type FindKey = (header: JWSHeaderParameters, token: FlattenedJWSInput) => Promise<CryptoKey>

/**
 * The keys that an identity provider publishes (RFC 7517), each looked at for what is known against it. A key that it
 * withdraws is refused `KEYS_READ_EVERY_MS` later.
 *
 * The function it answers throws jose's errors and {@link KeysOutOfReachError}; see {@link isOfTheIssuer}.
 */
export function publishedKeys(url: URL, now: () => Date): FindKey {
  let readAt = Number.NEGATIVE_INFINITY
  let failedAt = Number.NEGATIVE_INFINITY
  const published = createRemoteJWKSet(url, {
    cooldownDuration: JWKS_COOLDOWN_MS,
    timeoutDuration: JWKS_TIMEOUT_MS,
    cacheMaxAge: KEYS_READ_EVERY_MS,
    [customFetch]: async (address, options) => {
      const answer = await fetch(address, options).catch((error: unknown) => {
        // jose knows its own time limit by this name.
        if ((error as Error).name === 'TimeoutError') throw error
        throw new KeysOutOfReachError(url, error)
      })
      if (answer.ok) readAt = now().getTime()
      return answer
    },
  })
  const sound = new WeakSet<CryptoKey>()

  const lastRead: FindKey = async (header, token) => {
    const kept = published.jwks()
    if (kept === undefined || now().getTime() - readAt > KEYS_KEPT_MS) return published(header, token)
    return createLocalJWKSet(kept)(header, token)
  }
  const find: FindKey = async (header, token) => {
    // Not everybody waits for a provider that has just not answered.
    if (now().getTime() - failedAt < JWKS_COOLDOWN_MS) return lastRead(header, token)
    try {
      return await published(header, token)
    } catch (error) {
      if (!isOfTheIssuer(error)) throw error
      failedAt = now().getTime()
      if (published.jwks() === undefined || failedAt - readAt > KEYS_KEPT_MS) throw error
      return lastRead(header, token)
    }
  }

  return async (header, token) => {
    const key = await find(header, token).catch((error: unknown) => {
      // What is published under this `kid` is no key: a point beside the curve, a member that is missing.
      if (error instanceof DOMException) throw new errors.JOSENotSupported(`its key: ${error.message}`)
      throw error
    })
    if (sound.has(key)) return key
    const unsound = await unsoundKey(key)
    if (unsound !== undefined) throw new errors.JOSENotSupported(`its key cannot be used: ${unsound}`)
    sound.add(key)
    return key
  }
}

/** What went wrong lies with the key set, or the way to it, and not with the token. */
export function isOfTheIssuer(error: unknown): boolean {
  if (error instanceof KeysOutOfReachError) return true
  if (!(error instanceof errors.JOSEError)) return false
  return (
    error instanceof errors.JWKSTimeout ||
    error instanceof errors.JWKSInvalid ||
    error.code === errors.JOSEError.code
  )
}
