import type { FastifyRequest } from 'fastify'
import type pg from 'pg'
import { auditOf, originFacts } from '../actions/audit-parts.ts'
import { commitWrite } from '../actions/commit-write.ts'
import { type Failure, fail, ok, type Result } from '../actions/failure.ts'
import type { AuditFacts } from '../audit/audit-entry.ts'
import { originOf } from '../http/request-origin.ts'
import { english } from '../languages/make-teller.ts'
import { say } from '../languages/say.ts'
import { sha256 } from '../personal-data/canonical-json.ts'
import type { Authenticate } from './authenticate.ts'
import type { TokenVerifier } from './bearer-token.ts'
import type { Principal, RequestOrigin } from './principal.ts'
import { admitted, type KnownPerson, recognise } from './recognise.ts'
import type { RefusalLog } from './refusal-log.ts'

export const SESSION_COOKIE = 'countersign_session'
/** Seed 001's way to say who one is; anyone can write them, so they are evidence of an attempt and nothing else. */
const CLAIMED_IDENTITY_HEADERS = ['x-user-role', 'x-user-id']
const COOKIE_TOKEN = /^[A-Za-z0-9_-]{43}$/

/**
 * Identity from a verified OIDC session or a verified bearer token, and from nothing else. Roles are read from the
 * database on every request, so that a change counts on the next one. A refused token and conflicting roles are security
 * events.
 */
export function makeAuthenticate(options: {
  readonly pool: pg.Pool
  readonly verifyToken: TokenVerifier
  readonly refreshRoles: (session: SessionPerson) => Promise<void>
  readonly refusals: RefusalLog
  readonly now: () => Date
}): Authenticate {
  const { pool } = options
  return async (request) => {
    if (request.principal) return ok(request.principal)
    const result = await identify(request)
    const event = result.ok ? undefined : securityEvent(request, result.failure)
    if (!event) return result
    const { actor, ...refusal } = event
    if (actor) {
      await recordSecurityEvent(pool, options.now, originOf(request), {
        ...refusal,
        actor,
        outcome: 'refused',
      })
    } else {
      await options.refusals.record(originOf(request), { kind: 'security', ...refusal })
    }
    return result
  }

  async function identify(request: FastifyRequest): Promise<Result<Principal>> {
    const { authorization } = request.headers
    if (authorization !== undefined) {
      const match = /^Bearer +([^\s]+)$/i.exec(authorization)
      if (!match?.[1]) {
        return fail({
          kind: 'unauthenticated',
          code: 'invalid_token',
          message: say`The Authorization header must be "Bearer <token>".`,
        })
      }
      return byToken(match[1], originOf(request))
    }
    const cookie = request.cookies[SESSION_COOKIE]
    return cookie === undefined ? fail(notSignedIn()) : bySession(cookie)
  }

  async function byToken(token: string, origin: RequestOrigin): Promise<Result<Principal>> {
    const verified = await options.verifyToken(token)
    if (!verified.ok) return verified
    const { claims, expiresAt, authenticatedAt } = verified.value
    const known = await recognise(pool, claims)
    if (known.became) await recordSecurityEvent(pool, options.now, origin, becameEvent(known, known.became))
    const person = admitted(known)
    return person.ok ? ok(principal(person.value, { kind: 'token', expiresAt, authenticatedAt })) : person
  }

  async function bySession(cookie: string): Promise<Result<Principal>> {
    if (!COOKIE_TOKEN.test(cookie)) return fail(notSignedIn())
    const read = async () => {
      const { rows } = await pool.query<{ person: SessionPerson | null }>({
        name: 'session-principal',
        text: 'SELECT kernel.session_principal($1) AS person',
        values: [sha256(Buffer.from(cookie, 'base64url'))],
      })
      return rows[0]?.person ?? undefined
    }
    let session = await read()
    if (session?.sealed_tokens) {
      await options.refreshRoles(session)
      session = await read()
    }
    if (!session) return fail(notSignedIn())
    const person = admitted(session)
    if (!person.ok) return person
    return ok(
      principal(session, {
        kind: 'session',
        sessionId: session.session_id,
        expiresAt: new Date(session.expires_at),
        authenticatedAt: session.authenticated_at === null ? undefined : new Date(session.authenticated_at),
      }),
    )
  }
}

export type SessionPerson = KnownPerson & {
  readonly session_id: string
  /** Null where the provider did not say. */
  readonly authenticated_at: string | null
  readonly expires_at: string
  /** Given when the provider should be asked for the roles again. */
  readonly sealed_tokens: string | null
}

function principal(person: KnownPerson, credential: Principal['credential']): Principal {
  return {
    id: person.id,
    kind: person.kind,
    name: person.name ?? person.id,
    roles: person.roles,
    language: person.language,
    tenants: person.tenant_id === null ? [] : [person.tenant_id],
    credential,
  }
}

function notSignedIn(): Failure {
  return {
    kind: 'unauthenticated',
    code: 'not_signed_in',
    message: say`Sign in at /auth/login, or send a bearer token.`,
  }
}

type SecurityEvent = Pick<AuditFacts, 'eventSubType' | 'severity' | 'actor' | 'outcome' | 'detail'>

/** A subject turns out to be a machine, or a person after all: whoever trusted it should know. */
export function becameEvent(known: KnownPerson, became: 'person' | 'machine'): SecurityEvent {
  return {
    eventSubType: 'SUBJECT_KIND_CHANGED',
    severity: 'HIGH',
    actor: { id: known.id, roles: known.roles },
    outcome: `now_a_${became}`,
    detail: { now: became },
  }
}

/** Somebody was given a role here that is of the other side than what they are: whoever gave it should answer why. */
export function leftOutEvent(known: KnownPerson, roles: readonly string[]): SecurityEvent {
  return {
    eventSubType: 'ROLES_IN_CONFLICT',
    severity: 'HIGH',
    actor: { id: known.id, roles: known.roles },
    outcome: 'granted_roles_left_out',
    detail: { left_out: [...roles] },
  }
}

/** What a refusal tells of somebody's intent, with who it was where that is known; undefined for one that tells nothing. */
function securityEvent(
  request: FastifyRequest,
  failure: Failure,
): (Omit<SecurityEvent, 'actor' | 'outcome'> & { readonly actor?: AuditFacts['actor'] }) | undefined {
  if (failure.kind === 'upstream_unavailable') return undefined
  if (failure.code === 'not_signed_in') {
    const forged = CLAIMED_IDENTITY_HEADERS.filter((name) => request.headers[name] !== undefined)
    if (forged.length === 0) return undefined
    return {
      eventSubType: 'IDENTITY_CLAIMED_BY_HEADER',
      severity: 'MEDIUM',
      detail: { code: failure.code, headers: forged },
    }
  }
  const conflict = failure.code === 'roles_in_conflict'
  const known = failure.extra?.person
  return {
    eventSubType: conflict ? 'ROLES_IN_CONFLICT' : 'AUTHENTICATION_REFUSED',
    severity: conflict ? 'HIGH' : 'MEDIUM',
    ...(typeof known === 'string' ? { actor: { id: known, roles: [] } } : {}),
    detail: { code: failure.code, why: english(failure.message) },
  }
}

export async function recordSecurityEvent(
  pool: pg.Pool,
  now: () => Date,
  origin: RequestOrigin,
  event: SecurityEvent,
): Promise<void> {
  const committed = await commitWrite(pool, {
    tenant_id: null,
    events: [],
    audit: auditOf(
      { now },
      {
        kind: 'security',
        ...event,
        ...originFacts(origin),
      },
    ),
  })
  if (!committed.ok)
    throw new Error(`a security event could not be recorded: ${english(committed.failure.message)}`)
}
