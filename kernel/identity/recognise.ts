import type pg from 'pg'
import type { RoleDeclaration } from '../access/access.ts'
import { type Failure, fail, ok, type Result } from '../actions/failure.ts'
import { unstorableText } from '../audit/storable-text.ts'
import { type Said, say } from '../languages/say.ts'
import { personId } from './person-id.ts'
import type { SubjectKind } from './subject-kind.ts'

/** Claims of a verified token or of the provider's user info, as configuration maps them. */
export type Claims = {
  readonly issuer: string
  readonly subject: string
  readonly kind: SubjectKind
  /** When the provider said so; until a newer word of it, that holds. */
  readonly assertedAt: Date
  /** Signed in here by authorization code, as only a person in front of a browser does. */
  readonly inPerson?: boolean
  readonly name?: string
  readonly email?: string
  readonly language?: string
  readonly roles: readonly string[]
}

/** What the database knows of a person: see kernel.principal_of. */
export type KnownPerson = {
  readonly id: string
  readonly kind: 'person' | 'machine'
  readonly name: string | null
  readonly language: string | null
  readonly tenant_id: string | null
  readonly disabled: boolean
  readonly roles: readonly string[]
  /** The provider asserts roles of both sides. */
  readonly conflict: boolean
  /** Granted here, and not counted: the provider asserts a role of the other side. */
  readonly left_out?: readonly string[]
  /** Given when this very request has changed what the subject is taken for. */
  readonly became?: 'person' | 'machine'
}

const ROLES_MAX = 64

/** Only roles that a console declares count; an unknown one is no reason to refuse the rest. */
export function rolesFromClaim(claim: unknown, declared: readonly RoleDeclaration[]): string[] {
  const given = Array.isArray(claim) ? claim : typeof claim === 'string' ? claim.split(' ') : []
  const known = new Set(declared.map(({ role }) => role))
  return [...new Set(given.filter((role): role is string => typeof role === 'string' && known.has(role)))]
    .sort()
    .slice(0, ROLES_MAX)
}

/** A claim that is text, and such as can be kept. */
export function textClaim(claim: unknown): string | undefined {
  return typeof claim === 'string' && unstorableText(claim) === undefined ? claim : undefined
}

/**
 * The e-mail address that the provider vouches for (OpenID Connect Core 1.0 §5.1). What it says it has not verified may be
 * somebody else's, so it is as good as none; many providers do not say. What of it cannot be kept is left out of it, as
 * nobody sees it: an account is not nobody's by a character that no store can hold.
 */
export function addressClaim(claims: Readonly<Record<string, unknown>>): string | undefined {
  // Some providers send the boolean as text.
  return claims.email_verified === false || claims.email_verified === 'false'
    ? undefined
    : typeof claims.email === 'string'
      ? claims.email.replaceAll('\0', '').toWellFormed().replaceAll('\ufffd', '')
      : undefined
}

/**
 * Finds or makes the person and notes what the provider asserts, unless it has asserted something newer: then the roles
 * are those that both name. Who was marked as a machine once stays one; who is unclear is one for this request.
 */
export async function recognise(pool: pg.Pool, claims: Claims): Promise<KnownPerson> {
  const { rows } = await pool.query<{ person: KnownPerson }>({
    name: 'recognise',
    text: 'SELECT kernel.recognise($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) AS person',
    values: [
      personId(claims.issuer, claims.subject),
      claims.kind,
      claims.issuer,
      claims.subject,
      claims.name ?? null,
      claims.email ?? null,
      claims.language ?? null,
      claims.roles,
      claims.assertedAt,
      claims.inPerson ?? false,
    ],
  })
  const person = rows[0]?.person
  if (!person) throw new Error('kernel.recognise answered nothing')
  return person
}

/** Disabled people and people whose roles are in conflict enter neither side. */
export function admitted(person: KnownPerson): Result<KnownPerson> {
  if (person.disabled) return fail(refusal(person, 'person_disabled', say`This account is disabled.`))
  if (person.conflict) {
    return fail(
      refusal(
        person,
        'roles_in_conflict',
        say`These roles may not be held together (one side moves money, the other runs the platform). Neither is entered; an administrator has to take one away.`,
      ),
    )
  }
  return ok(person)
}

function refusal({ id }: KnownPerson, code: string, message: Said): Failure {
  return { kind: 'forbidden', code, message, extra: { person: id } }
}
