import { type CryptoKey, errors, importSPKI, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose'
import type { RoleDeclaration } from '../access/access.ts'
import { fail, ok, type Result } from '../actions/failure.ts'
import { unstorableText } from '../audit/storable-text.ts'
import { say } from '../languages/say.ts'
import { sha256 } from '../personal-data/canonical-json.ts'
import { authenticationTime } from './authentication-time.ts'
import { issuerUnreachable } from './issuer-unreachable.ts'
import { isOfTheIssuer, KEYS_READ_EVERY_MS, publishedKeys } from './published-keys.ts'
import { addressClaim, type Claims, rolesFromClaim, textClaim } from './recognise.ts'
import { type PersonClaim, subjectKind } from './subject-kind.ts'
import { unsoundKey } from './unsound-key.ts'

/** What signatures of the identity provider are made with (RFC 7518 §3.1); nothing else is looked at. */
export const ALGORITHMS = ['RS256', 'ES256']
export const TOKEN_MAX_CHARACTERS = 8_192
export const CLOCK_TOLERANCE_S = 5
/** The end of the year 9999 (RFC 3339 §1): no later time can be written down. */
const LATEST_TIME_S = 253_402_300_799
/** Verified tokens kept, so that a signature is not checked on every request; roles are read anew on each all the same. */
const VERIFIED_KEPT = 10_000
/** Then its signature is checked again. */
const VERIFIED_FOR_MS = 30_000
/** A token signed with a key that the identity provider no longer publishes is refused within this. */
export const KEY_WITHDRAWN_WITHIN_MS = KEYS_READ_EVERY_MS + VERIFIED_FOR_MS

export type VerifiedToken = {
  readonly claims: Claims
  readonly expiresAt: Date
  readonly authenticatedAt: Date | undefined
}

export type TokenVerifier = (token: string) => Promise<Result<VerifiedToken>>

export type TokenVerifierOptions = {
  readonly issuer: string
  readonly audience: string
  /** One of the two: a JWKS to fetch, or a PEM public key. */
  readonly jwksUrl?: string
  readonly publicKeyPem?: string
  readonly rolesClaim: string
  /** Of which a person's token carries one. */
  readonly personClaims: readonly PersonClaim[]
  readonly roles: readonly RoleDeclaration[]
  readonly now: () => Date
}

/**
 * Verifies JWT bearer tokens (RFC 9068 as far as it is used): RS256 or ES256, issuer, audience, `exp`, `nbf`, a key that
 * the issuer publishes. Everything else, `alg: none` and a public key used as an HMAC secret among it, is refused.
 */
export function makeTokenVerifier(options: TokenVerifierOptions): TokenVerifier {
  const key = keySource(options)
  const verified = new Map<string, VerifiedToken & { readonly until: number }>()
  return async (token) => {
    if (token.length > TOKEN_MAX_CHARACTERS) return refused('the token is too long')
    const fingerprint = sha256(token).toString('base64')
    const known = verified.get(fingerprint)
    if (known && known.until > options.now().getTime()) return ok(known)
    verified.delete(fingerprint)
    try {
      const { algorithms, find } = await key
      const { payload, protectedHeader } = await jwtVerify(token, find, {
        algorithms,
        issuer: options.issuer,
        audience: options.audience,
        clockTolerance: CLOCK_TOLERANCE_S,
        requiredClaims: ['sub', 'exp', 'iat'],
        currentDate: options.now(),
      })
      // Meant for something else by the same provider (OpenID Connect Back-Channel Logout 1.0 §2.4).
      if (/^(application\/)?logout\+jwt$/i.test(protectedHeader.typ ?? '') || payload.events !== undefined) {
        return refused('it is a logout token')
      }
      const value = verifiedToken(payload, options)
      if (!value.ok) return value
      if (verified.size >= VERIFIED_KEPT) verified.clear()
      const until = Math.min(value.value.expiresAt.getTime(), options.now().getTime() + VERIFIED_FOR_MS)
      verified.set(fingerprint, { ...value.value, until })
      return value
    } catch (error) {
      // The keys could not be fetched: it is no fault of the caller's.
      if (isOfTheIssuer(error)) return fail(issuerUnreachable(error))
      if (error instanceof errors.JOSEError) return refused(error.message)
      throw error
    }
  }
}

type KeySource = { readonly algorithms: string[]; readonly find: JWTVerifyGetKey }

async function keySource(options: TokenVerifierOptions): Promise<KeySource> {
  if (options.publicKeyPem !== undefined) {
    const pem = options.publicKeyPem
    const attempts = await Promise.allSettled(
      ALGORITHMS.map(
        async (algorithm): Promise<[string, CryptoKey]> => [algorithm, await importSPKI(pem, algorithm)],
      ),
    )
    const imported = attempts.find((attempt) => attempt.status === 'fulfilled')
    if (!imported) throw new Error('TOKEN_PUBLIC_KEY is no RSA or P-256 public key in PEM')
    const [algorithm, key] = imported.value
    const unsound = await unsoundKey(key)
    if (unsound !== undefined) throw new Error(`TOKEN_PUBLIC_KEY cannot be used: ${unsound}`)
    // The one key is meant whatever `kid` a token names: PEM has no place for the key's own.
    return { algorithms: [algorithm], find: async () => key }
  }
  if (options.jwksUrl === undefined) throw new Error('a JWKS URL or a public key is needed to verify tokens')
  return { algorithms: ALGORITHMS, find: publishedKeys(new URL(options.jwksUrl), options.now) }
}

function verifiedToken(payload: JWTPayload, options: TokenVerifierOptions): Result<VerifiedToken> {
  const { sub, exp, iat } = payload
  if (typeof sub !== 'string' || sub === '' || exp === undefined || iat === undefined) {
    return refused('the token lacks sub, exp or iat')
  }
  if (unstorableText(sub) !== undefined) return refused('its sub cannot be kept')
  const { auth_time: authTime } = payload
  if (exp > LATEST_TIME_S) return refused('its exp is later than any time')
  if (!hasBeen(iat, options.now())) return refused('its iat is no time in the past')
  if (authTime !== undefined && !hasBeen(authTime, options.now()))
    return refused('its auth_time is no time in the past')
  return ok({
    claims: {
      issuer: options.issuer,
      subject: sub,
      kind: subjectKind(payload, options.personClaims),
      assertedAt: new Date(iat * 1000),
      name: textClaim(payload.name),
      email: addressClaim(payload),
      language: textClaim(payload.lang) ?? textClaim(payload.locale),
      roles: rolesFromClaim(payload[options.rolesClaim], options.roles),
    },
    expiresAt: new Date(exp * 1000),
    authenticatedAt: authenticationTime(authTime),
  })
}

/** RFC 7519 NumericDate, from 1970 until now; the issuer's clock may go a little ahead of ours. */
export function hasBeen(time: unknown, now: Date): time is number {
  return typeof time === 'number' && time >= 0 && time <= now.getTime() / 1000 + CLOCK_TOLERANCE_S
}

function refused(why: string): { ok: false; failure: Parameters<typeof fail>[0] } {
  return fail({
    kind: 'unauthenticated',
    code: 'invalid_token',
    message: say`The bearer token is not accepted: ${why}.`,
    extra: { challenge: 'Bearer realm="countersign", error="invalid_token"' },
  })
}
