import { randomBytes } from 'node:crypto'
import * as oidc from 'openid-client'
import { z } from 'zod'
import { auditOf, originFacts } from '../actions/audit-parts.ts'
import { commitWrite } from '../actions/commit-write.ts'
import { fail, ok } from '../actions/failure.ts'
import { uuidV7 } from '../db/uuid-v7.ts'
import { publicRoute, type Route, route } from '../http/route.ts'
import type { Kernel } from '../kernel.ts'
import { english } from '../languages/make-teller.ts'
import { say, written } from '../languages/say.ts'
import { sha256 } from '../personal-data/canonical-json.ts'
import { authenticationTime } from './authentication-time.ts'
import { backChannelLogoutRoute } from './back-channel-logout.ts'
import { hasBeen } from './bearer-token.ts'
import {
  becameEvent,
  leftOutEvent,
  recordSecurityEvent,
  SESSION_COOKIE,
  type SessionPerson,
} from './make-authenticate.ts'
import { makeOidcClient, type OidcClientOptions } from './oidc-client.ts'
import type { RequestOrigin } from './principal.ts'
import { admitted, type Claims, type KnownPerson, recognise } from './recognise.ts'
import { type ProviderTokens, refreshRoles } from './refresh-roles.ts'
import type { RefusalLog } from './refusal-log.ts'

const BROWSER_COOKIE = 'countersign_sign_in'
/** Left by signing out: whoever signs in next in this browser is asked who they are, whatever the provider remembers. */
const SIGNED_OUT_COOKIE = 'countersign_signed_out'
/** A page of the console; the provider must know it as an address to return to after signing out. */
const SIGN_IN_PAGE = '/app/sign-in'
const SIGN_IN_MINUTES = 10
const TOKEN_BYTES = 32

export type SignInOptions = Omit<OidcClientOptions, 'now'> & {
  readonly kernel: Kernel
  readonly refusals: RefusalLog
  /** Where browsers reach this server: `http://127.0.0.1:8084`. */
  readonly publicUrl: string
  readonly idleS: number
  readonly absoluteS: number
  readonly report: (what: { level: 'warn'; message: string; error?: unknown }) => void
}

export type SignIn = {
  readonly routes: readonly Route[]
  readonly refreshRoles: (session: SessionPerson) => Promise<void>
}

/**
 * OpenID Connect authorization code with PKCE (RFC 7636, S256), state and nonce; a session on the server, of which the
 * browser holds a random token.
 */
export function makeSignIn(options: SignInOptions): SignIn {
  const { kernel, publicUrl } = options
  const secure = publicUrl.startsWith('https:')
  const cookie = { httpOnly: true, secure, sameSite: 'lax', path: '/' } as const
  const redirectUri = `${publicUrl}/auth/callback`
  const client = makeOidcClient({ ...options, now: options.kernel.now })

  async function audited(
    origin: RequestOrigin,
    facts: Omit<Parameters<typeof auditOf>[1], 'httpRequestId' | 'ip' | 'userAgent'>,
  ): Promise<void> {
    const committed = await commitWrite(kernel.pool, {
      tenant_id: null,
      events: [],
      audit: auditOf(kernel, { ...facts, ...originFacts(origin) }),
    })
    if (!committed.ok)
      throw new Error(`a sign-in could not be recorded: ${english(committed.failure.message)}`)
  }

  const failed = (origin: RequestOrigin, why: string, person?: KnownPerson) => {
    if (!person) return options.refusals.record(origin, { kind: 'sign_in_failed', detail: { why } })
    return audited(origin, {
      ...(person.conflict
        ? { kind: 'security', eventSubType: 'ROLES_IN_CONFLICT', severity: 'HIGH' }
        : { kind: 'sign_in_failed' }),
      actor: { id: person.id, roles: [] },
      outcome: 'refused',
      detail: { why },
    })
  }

  const login = publicRoute({
    method: 'GET',
    url: '/auth/login',
    summary: 'Begin to sign in at the identity provider',
    query: z.strictObject({
      return_to: z.string().max(2_048).optional(),
      max_age: z
        .string()
        .regex(/^\d{1,9}$/, written(say`must be a whole number of seconds`))
        .transform(Number)
        .optional(),
    }),
    async handle({ query, request, reply }) {
      const provider = await client.provider()
      if (!provider.ok) return provider
      const state = oidc.randomState()
      const nonce = oidc.randomNonce()
      const verifier = oidc.randomPKCECodeVerifier()
      const browser = randomBytes(TOKEN_BYTES)
      await kernel.pool.query('SELECT kernel.begin_sign_in($1, $2, $3, $4, $5)', [
        state,
        nonce,
        verifier,
        localPath(query.return_to),
        sha256(browser),
      ])
      void reply.setCookie(BROWSER_COOKIE, browser.toString('base64url'), {
        ...cookie,
        maxAge: SIGN_IN_MINUTES * 60,
      })
      const url = oidc.buildAuthorizationUrl(provider.value, {
        redirect_uri: redirectUri,
        scope: 'openid profile email',
        code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        state,
        nonce,
        // OpenID Connect Core §2: asked for a max_age, the provider must say when the person authenticated.
        max_age: String(query.max_age ?? options.absoluteS),
        ...(query.max_age === undefined && request.cookies[SIGNED_OUT_COOKIE] === undefined
          ? {}
          : { prompt: 'login' }),
      })
      return ok({ status: 302, headers: { location: url.href } })
    },
  })

  const callback = publicRoute({
    method: 'GET',
    url: '/auth/callback',
    summary: 'The identity provider sends the browser back here',
    // RFC 6749 §4.1.2: what a provider adds that we do not know is not ours to refuse.
    query: z.object({
      code: z.string().max(4_096).optional(),
      state: z.string().max(512).optional(),
      iss: z.string().max(2_048).optional(),
      error: z.string().max(512).optional(),
      error_description: z.string().max(2_048).optional(),
      session_state: z.string().max(512).optional(),
    }),
    async handle({ query, origin, request, reply }) {
      const browser = Buffer.from(request.cookies[BROWSER_COOKIE] ?? '', 'base64url')
      const { rows } = await kernel.pool.query<{ attempt: Attempt | null }>(
        'SELECT kernel.take_sign_in($1, $2) AS attempt',
        [query.state ?? '', sha256(browser)],
      )
      const attempt = rows[0]?.attempt
      void reply.clearCookie(BROWSER_COOKIE, cookie)
      if (!attempt) {
        await failed(origin, 'unknown, used or foreign state')
        return fail({
          kind: 'unauthenticated',
          code: 'sign_in_expired',
          message: say`This sign-in was not begun in this browser, or too long ago. Begin again at /auth/login.`,
        })
      }
      if (query.error !== undefined) {
        await failed(origin, knownCode(OAUTH_ERROR, query.error))
        return ok({
          status: 302,
          headers: { location: `${SIGN_IN_PAGE}?error=${encodeURIComponent(query.error)}` },
        })
      }
      const provider = await client.provider()
      if (!provider.ok) {
        await failed(origin, provider.failure.code)
        return provider
      }
      let claims: Claims
      let authenticatedAt: Date | undefined
      let tokens: oidc.TokenEndpointResponse & oidc.TokenEndpointResponseHelpers
      try {
        tokens = await oidc.authorizationCodeGrant(provider.value, new URL(request.url, publicUrl), {
          pkceCodeVerifier: attempt.code_verifier,
          expectedState: query.state,
          expectedNonce: attempt.nonce,
          idTokenExpected: true,
        })
        const identity = tokens.claims()
        if (!identity) throw new Error('the provider gave no ID token')
        const info = await oidc.fetchUserInfo(provider.value, tokens.access_token, identity.sub)
        claims = client.claimsOf({ ...identity, ...info })
        const { auth_time: authTime } = identity
        if (authTime !== undefined && !hasBeen(authTime, kernel.now()))
          throw new Error('the ID token says a time that has not been')
        authenticatedAt = authenticationTime(authTime)
      } catch (error) {
        await failed(origin, knownCode(CLIENT_ERROR, (error as { code?: unknown }).code))
        return fail({
          cause: error,
          kind: 'unauthenticated',
          code: 'sign_in_refused',
          message: say`The identity provider did not confirm this sign-in. Begin again at /auth/login.`,
        })
      }
      const person = await recognise(kernel.pool, claims)
      if (person.became)
        await recordSecurityEvent(kernel.pool, kernel.now, origin, becameEvent(person, person.became))
      if (person.left_out)
        await recordSecurityEvent(kernel.pool, kernel.now, origin, leftOutEvent(person, person.left_out))
      const entry = admitted(person)
      if (!entry.ok) {
        await failed(origin, entry.failure.code, person)
        return entry
      }
      const token = randomBytes(TOKEN_BYTES)
      const sessionId = uuidV7()
      await kernel.pool.query('SELECT kernel.open_session($1, $2, $3, $4, $5, $6, $7, $8)', [
        sessionId,
        sha256(token),
        person.id,
        tokens.claims()?.sid ?? null,
        kernel.sealer.sealForInstallation(
          JSON.stringify({
            access_token: tokens.access_token,
            refresh_token: tokens.refresh_token,
            id_token: tokens.id_token,
          } satisfies ProviderTokens),
        ),
        authenticatedAt ?? null,
        options.idleS,
        options.absoluteS,
      ])
      await audited(origin, {
        kind: 'sign_in',
        actor: { id: person.id, roles: person.roles },
        outcome: 'signed_in',
        detail: { session_id: sessionId },
      })
      void reply.clearCookie(SIGNED_OUT_COOKIE, cookie)
      void reply.setCookie(SESSION_COOKIE, token.toString('base64url'), {
        ...cookie,
        maxAge: options.absoluteS,
      })
      return ok({ status: 302, headers: { location: attempt.return_to } })
    },
  })

  const logout = route({
    method: 'POST',
    url: '/auth/logout',
    summary: 'End this session; `next` is where the browser goes to end the identity provider’s as well',
    access: 'signed-in',
    containment: () => true,
    async handle({ principal, origin, reply }) {
      let idToken: string | undefined
      if (principal.credential.sessionId !== undefined) {
        idToken = await idTokenOf(principal.credential.sessionId)
        await kernel.pool.query('SELECT kernel.end_session($1, $2, $3::jsonb)', [
          principal.credential.sessionId,
          'signed out',
          JSON.stringify(
            auditOf(kernel, {
              kind: 'sign_out',
              actor: { id: principal.id, roles: principal.roles },
              outcome: 'signed_out',
              detail: { session_id: principal.credential.sessionId },
              ...originFacts(origin),
            }),
          ),
        ])
      }
      void reply.clearCookie(SESSION_COOKIE, cookie)
      void reply.setCookie(SIGNED_OUT_COOKIE, '1', cookie)
      // A provider out of reach ends nothing for anybody; the session here has ended all the same.
      const next = await client.signOutUrl(idToken, `${publicUrl}${SIGN_IN_PAGE}`)
      if (!next.ok)
        options.report({ level: 'warn', message: english(next.failure.message), error: next.failure.cause })
      return ok({ body: { signed_out: true, next: (next.ok ? next.value : undefined) ?? SIGN_IN_PAGE } })
    },
  })

  async function idTokenOf(sessionId: string): Promise<string | undefined> {
    const { rows } = await kernel.pool.query<{ sealed: string | null }>(
      'SELECT kernel.session_tokens($1) AS sealed',
      [sessionId],
    )
    const sealed = rows[0]?.sealed
    if (typeof sealed !== 'string') return undefined
    return (JSON.parse(kernel.sealer.openForInstallation(sealed)) as ProviderTokens).id_token
  }

  return {
    routes: [login, callback, logout, backChannelLogoutRoute({ ...options, client })],
    refreshRoles: (session) => refreshRoles(options, client, session),
  }
}

type Attempt = { readonly nonce: string; readonly code_verifier: string; readonly return_to: string }

/** Error codes of RFC 6749 §4.1.2.1 and OpenID Connect Core §3.1.2.6, and their like. */
const OAUTH_ERROR = /^[a-z]+(?:_[a-z]+){0,7}$/
/** Codes of openid-client's errors (`OAUTH_…`). */
const CLIENT_ERROR = /^[A-Z]+(?:_[A-Z]+){0,7}$/
const CODE_MAX_CHARACTERS = 64

/** A code as it may stand in the log: what the provider or the browser wrote may be anything, a name included. */
function knownCode(grammar: RegExp, given: unknown): string {
  return typeof given === 'string' && given.length <= CODE_MAX_CHARACTERS && grammar.test(given)
    ? given.toLowerCase()
    : 'not_confirmed'
}

/** Only what it resolves to counts, so the origin may be any. */
const SOMEWHERE = 'http://here.invalid'

/**
 * Only a path of this server, as a header can carry it (RFC 3986): an address from outside would make us a springboard,
 * and so would a path that comes out as `//…`.
 */
export function localPath(wanted: string | undefined): string {
  if (wanted === undefined || !/^\/(?![/\\])[^\s\\]*$/.test(wanted) || !URL.canParse(wanted, SOMEWHERE))
    return '/app'
  const { origin, pathname, search, hash } = new URL(wanted, SOMEWHERE)
  return origin === SOMEWHERE && !pathname.startsWith('//') ? `${pathname}${search}${hash}` : '/app'
}
