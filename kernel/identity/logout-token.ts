import { errors, type JWTPayload, jwtVerify } from 'jose'
import { type Failure, fail, ok, type Result } from '../actions/failure.ts'
import { unstorableText } from '../audit/storable-text.ts'
import { say } from '../languages/say.ts'
import { ALGORITHMS, CLOCK_TOLERANCE_S, hasBeen, TOKEN_MAX_CHARACTERS } from './bearer-token.ts'
import { issuerUnreachable } from './issuer-unreachable.ts'
import { type FindKey, isOfTheIssuer } from './published-keys.ts'

/** OpenID Connect Back-Channel Logout 1.0 §2.4 */
const LOGOUT_EVENT = 'http://schemas.openid.net/event/backchannel-logout'
/** RFC 8417 §2.3, and RFC 7515 §4.1.9: the prefix may be left out. */
const LOGOUT_TYPES = ['logout+jwt', 'application/logout+jwt']
/** An older one is refused whatever it says of its end: that it was taken before is not remembered for ever. */
export const LOGOUT_TOKEN_MAX_AGE_S = 300

/** What the identity provider says: the session `sid` is over, or every session of `sub`. */
export type Logout = {
  readonly tokenId: string
  readonly subject: string | undefined
  readonly session: string | undefined
}

/**
 * Verifies a logout token (OpenID Connect Back-Channel Logout 1.0 §2.6) but for its being new.
 *
 * @returns what it says; or a failure of kind `invalid` (400, §2.8), or `upstream_unavailable` where the keys of the
 *   provider cannot be read
 */
export async function verifyLogoutToken(
  token: string,
  expected: {
    readonly issuer: string
    /** This installation's client id at the provider. */
    readonly audience: string
    readonly keys: FindKey
    readonly now: Date
  },
): Promise<Result<Logout>> {
  if (token.length > TOKEN_MAX_CHARACTERS) return fail(notAccepted('it is too long'))
  try {
    const { payload, protectedHeader } = await jwtVerify(token, expected.keys, {
      algorithms: ALGORITHMS,
      issuer: expected.issuer,
      audience: expected.audience,
      clockTolerance: CLOCK_TOLERANCE_S,
      maxTokenAge: LOGOUT_TOKEN_MAX_AGE_S,
      requiredClaims: ['iat', 'exp', 'jti', 'events'],
      currentDate: expected.now,
    })
    const { typ } = protectedHeader
    if (typ !== undefined && !LOGOUT_TYPES.includes(typ.toLowerCase())) {
      return fail(notAccepted('its typ is not logout+jwt'))
    }
    return logoutOf(payload, expected.now)
  } catch (error) {
    if (isOfTheIssuer(error)) return fail(issuerUnreachable(error))
    if (error instanceof errors.JOSEError) return fail(notAccepted(error.message))
    throw error
  }
}

function logoutOf({ iat, jti, sub, sid, events, nonce }: JWTPayload, now: Date): Result<Logout> {
  if (!hasBeen(iat, now)) return fail(notAccepted('its iat is no time in the past'))
  if (typeof jti !== 'string' || jti === '') return fail(notAccepted('its jti is no text'))
  // An ID token has one: it must not pass for a logout token (§2.4).
  if (nonce !== undefined) return fail(notAccepted('it has a nonce'))
  const event = isObject(events) ? events[LOGOUT_EVENT] : undefined
  if (!isObject(event)) return fail(notAccepted(`its events have no ${LOGOUT_EVENT}`))
  for (const [name, value] of Object.entries({ sub, sid })) {
    if (value === undefined) continue
    if (typeof value !== 'string' || value === '' || unstorableText(value) !== undefined) {
      return fail(notAccepted(`its ${name} is no text that can be kept`))
    }
  }
  if (sub === undefined && sid === undefined) return fail(notAccepted('it has neither sub nor sid'))
  return ok({ tokenId: jti, subject: sub, session: sid as string | undefined })
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** §2.8: 400, and why. */
export function notAccepted(why: string): Failure {
  return {
    kind: 'invalid',
    code: 'invalid_logout_token',
    message: say`The logout token is not accepted: ${why}.`,
    fields: [{ field: 'logout_token', message: why }],
  }
}
