import {
  type CryptoKey,
  createRemoteJWKSet,
  errors,
  importSPKI,
  type JWTPayload,
  type JWTVerifyGetKey,
  jwtVerify,
} from 'jose'
import type { RoleDeclaration } from '../access/access.ts'
import { fail, ok, type Result } from '../actions/failure.ts'
import { unstorableText } from '../audit/storable-text.ts'
import { sha256 } from '../personal-data/canonical-json.ts'
import { type Claims, rolesFromClaim, textClaim } from './recognise.ts'

const ALGORITHMS = ['RS256', 'ES256']
const TOKEN_MAX_CHARACTERS = 8_192
const CLOCK_TOLERANCE_S = 5
/** An unknown `kid` makes the key set be fetched anew, at most this often. */
const JWKS_COOLDOWN_MS = 5_000
const JWKS_TIMEOUT_MS = 3_000
/** ECMA-262: no Date is later. */
const LATEST_TIME_S = 8.64e12
/** Verified tokens kept, so that a signature is checked once; roles are read anew on every request all the same. */
const VERIFIED_KEPT = 10_000

export type VerifiedToken = {
  readonly claims: Claims
  readonly expiresAt: Date
  readonly authenticatedAt: Date
}

export type TokenVerifier = (token: string) => Promise<Result<VerifiedToken>>

export type TokenVerifierOptions = {
  readonly issuer: string
  readonly audience: string
  /** One of the two: a JWKS to fetch, or a PEM public key. */
  readonly jwksUrl?: string
  readonly publicKeyPem?: string
  readonly rolesClaim: string
  readonly roles: readonly RoleDeclaration[]
  readonly now: () => Date
}

/**
 * Verifies JWT bearer tokens (RFC 9068 as far as it is used): RS256 or ES256, issuer, audience, `exp`, `nbf`, a key that
 * the issuer publishes. Everything else, `alg: none` and a public key used as an HMAC secret among it, is refused.
 */
export function makeTokenVerifier(options: TokenVerifierOptions): TokenVerifier {
  const key = keySource(options)
  const verified = new Map<string, VerifiedToken>()
  return async (token) => {
    if (token.length > TOKEN_MAX_CHARACTERS) return refused('the token is too long')
    const fingerprint = sha256(token).toString('base64')
    const known = verified.get(fingerprint)
    if (known && known.expiresAt > options.now()) return ok(known)
    verified.delete(fingerprint)
    try {
      const { algorithms, find } = await key
      const { payload } = await jwtVerify(token, find, {
        algorithms,
        issuer: options.issuer,
        audience: options.audience,
        clockTolerance: CLOCK_TOLERANCE_S,
        requiredClaims: ['sub', 'exp', 'iat'],
        currentDate: options.now(),
      })
      const value = verifiedToken(payload, options)
      if (!value.ok) return value
      if (verified.size >= VERIFIED_KEPT) verified.clear()
      verified.set(fingerprint, value.value)
      return value
    } catch (error) {
      if (error instanceof errors.JOSEError && !isOfTheIssuer(error)) return refused(error.message)
      // The keys could not be fetched: nobody is let in on that account, and it is no fault of the caller's.
      return fail({
        kind: 'upstream_unavailable',
        code: 'issuer_unreachable',
        message: 'The identity provider cannot be reached to check this token. Try again shortly.',
        retryAfterS: 5,
      })
    }
  }
}

/** What went wrong lies with the key set, not with the token. */
function isOfTheIssuer(error: errors.JOSEError): boolean {
  return (
    error instanceof errors.JWKSTimeout ||
    error instanceof errors.JWKSInvalid ||
    error.code === errors.JOSEError.code
  )
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
    // The one key is meant whatever `kid` a token names: PEM has no place for the key's own.
    return { algorithms: [algorithm], find: async () => key }
  }
  if (options.jwksUrl === undefined) throw new Error('a JWKS URL or a public key is needed to verify tokens')
  const find = createRemoteJWKSet(new URL(options.jwksUrl), {
    cooldownDuration: JWKS_COOLDOWN_MS,
    timeoutDuration: JWKS_TIMEOUT_MS,
  })
  return { algorithms: ALGORITHMS, find }
}

function verifiedToken(payload: JWTPayload, options: TokenVerifierOptions): Result<VerifiedToken> {
  const { sub, exp, iat, auth_time } = payload
  if (typeof sub !== 'string' || sub === '' || exp === undefined || iat === undefined) {
    return refused('the token lacks sub, exp or iat')
  }
  const times = [exp, iat, typeof auth_time === 'number' ? auth_time : iat]
  if (unstorableText(sub) !== undefined || times.some((time) => Math.abs(time) > LATEST_TIME_S)) {
    return refused('its sub or one of its times cannot be kept')
  }
  return ok({
    claims: {
      issuer: options.issuer,
      subject: sub,
      clientId: textClaim(payload.azp) ?? textClaim(payload.client_id),
      name: textClaim(payload.name),
      email: textClaim(payload.email),
      language: textClaim(payload.lang) ?? textClaim(payload.locale),
      roles: rolesFromClaim(payload[options.rolesClaim], options.roles),
    },
    expiresAt: new Date(exp * 1000),
    authenticatedAt: new Date((typeof auth_time === 'number' ? auth_time : iat) * 1000),
  })
}

function refused(why: string): { ok: false; failure: Parameters<typeof fail>[0] } {
  return fail({
    kind: 'unauthenticated',
    code: 'invalid_token',
    message: `The bearer token is not accepted: ${why}.`,
    extra: { challenge: 'Bearer realm="countersign", error="invalid_token"' },
  })
}
