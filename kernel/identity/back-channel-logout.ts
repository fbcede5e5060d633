import { againWhenMet } from '../actions/again-when-met.ts'
import { auditOf, originFacts } from '../actions/audit-parts.ts'
import { type Failure, fail, invalid, ok, type Result } from '../actions/failure.ts'
import { publicRoute, type Route } from '../http/route.ts'
import type { Kernel } from '../kernel.ts'
import { english } from '../languages/make-teller.ts'
import { say } from '../languages/say.ts'
import { sha256 } from '../personal-data/canonical-json.ts'
import { issuerUnreachable } from './issuer-unreachable.ts'
import { type Logout, notAccepted, verifyLogoutToken } from './logout-token.ts'
import type { OidcClient } from './oidc-client.ts'
import type { RequestOrigin } from './principal.ts'
import { type FindKey, publishedKeys } from './published-keys.ts'
import type { RefusalLog } from './refusal-log.ts'

const FORM = 'application/x-www-form-urlencoded'
/** A token and what a provider may add beside it. */
const BODY_LIMIT_BYTES = 16_384

/**
 * Where the identity provider says that somebody has signed out there, or was signed out (OpenID Connect Back-Channel
 * Logout 1.0): the sessions end here too, in one transaction with the entry that says so.
 */
export function backChannelLogoutRoute(options: {
  readonly kernel: Kernel
  readonly client: OidcClient
  readonly issuer: string
  readonly clientId: string
  readonly refusals: RefusalLog
}): Route {
  const { kernel, client } = options
  let published: { readonly url: string; readonly keys: FindKey } | undefined

  async function verify(token: string): Promise<Result<Logout>> {
    const provider = await client.provider()
    if (!provider.ok) return provider
    const { issuer, jwks_uri: url } = provider.value.serverMetadata()
    if (url === undefined) return fail(issuerUnreachable(new Error('it publishes no jwks_uri')))
    if (published?.url !== url) published = { url, keys: publishedKeys(new URL(url), kernel.now) }
    return verifyLogoutToken(token, {
      issuer,
      audience: options.clientId,
      keys: published.keys,
      now: kernel.now(),
    })
  }

  /** False where this very token has been taken before. */
  async function logOut(logout: Logout, origin: RequestOrigin): Promise<boolean> {
    const taken = await againWhenMet(['session_moved'], () => endSessions(logout, origin))
    if (!taken.ok) throw new Error(`sessions could not be ended: ${english(taken.failure.message)}`)
    return taken.value
  }

  async function endSessions(logout: Logout, origin: RequestOrigin): Promise<Result<boolean>> {
    const about = [options.issuer, logout.subject ?? null, logout.session ?? null]
    const { rows: sessions } = await kernel.pool.query<{ session_id: string; person_id: string }>(
      'SELECT session_id, person_id FROM kernel.sessions_of_logout($1, $2, $3)',
      about,
    )
    const people = [...new Set(sessions.map(({ person_id }) => person_id))]
    const entries = (people.length === 0 ? ['anonymous'] : people).map((person) => ({
      kind: 'sign_out' as const,
      actor: { id: person, roles: [] },
      outcome: 'signed_out_at_the_provider',
      detail: {
        sessions: sessions.filter(({ person_id }) => person_id === person).length,
        of: logout.session === undefined ? 'person' : 'session',
      },
      ...originFacts(origin),
    }))
    try {
      const { rows } = await kernel.pool.query<{ taken: boolean }>(
        'SELECT kernel.log_out($1, $2, $3, $4, $5, $6::jsonb) AS taken',
        [
          sha256(`${options.issuer}\n${logout.tokenId}`),
          ...about,
          sessions.map(({ session_id }) => session_id),
          JSON.stringify(auditOf(kernel, ...entries)),
        ],
      )
      return ok(rows[0]?.taken === true)
    } catch (error) {
      const { constraint, message } = error as { constraint?: string; message: string }
      // One was opened, or ended, since they were read.
      if (constraint === 'session_moved') return fail({ kind: 'conflict', code: constraint, message })
      throw error
    }
  }

  async function refused(origin: RequestOrigin, failure: Failure): Promise<Result<never>> {
    await options.refusals.record(origin, {
      kind: 'security',
      eventSubType: 'LOGOUT_TOKEN_REFUSED',
      severity: 'MEDIUM',
      detail: { code: failure.code, why: english(failure.message) },
    })
    return fail(failure)
  }

  return publicRoute({
    method: 'POST',
    url: '/auth/backchannel-logout',
    summary: 'The identity provider says that a session, or every session of a person, is over',
    takesBytes: [FORM],
    bodyLimitBytes: BODY_LIMIT_BYTES,
    containment: () => true,
    // One address sends them all; what is no such token is what anyone could send.
    metered: 'when-failed',
    async handle({ body, origin, request }) {
      const token = tokenIn(request.headers['content-type'], body)
      if (!token.ok) return token
      const verified = await verify(token.value)
      if (!verified.ok) {
        return verified.failure.kind === 'invalid' ? refused(origin, verified.failure) : verified
      }
      if (!(await logOut(verified.value, origin))) {
        return refused(origin, notAccepted('its jti has been used before'))
      }
      // That there was no such session is no failure (§2.7).
      return ok({ text: '', type: 'text/plain' })
    },
  })
}

/** The one `logout_token` of a form (§2.5); what else is in it does not count. */
function tokenIn(contentType: string | undefined, body: unknown): Result<string> {
  if (contentType?.split(';')[0]?.trim().toLowerCase() !== FORM || !Buffer.isBuffer(body)) {
    return fail({
      kind: 'unsupported_media_type',
      code: 'unsupported_media_type',
      message: say`The body must be a form: ${FORM}.`,
      fields: [{ field: 'Content-Type', message: say`is not that of a form`, allowed: [FORM] }],
    })
  }
  const [token, ...more] = new URLSearchParams(body.toString('latin1')).getAll('logout_token')
  if (token === undefined || token === '' || more.length > 0) {
    return fail(invalid({ field: 'logout_token', message: say`must be given, once` }))
  }
  return ok(token)
}
