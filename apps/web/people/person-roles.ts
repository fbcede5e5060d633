import type { Entity } from '@countersign/sdk/wire/entities.ts'

export type AssertedRole = { role: string; since: string | null }
export type GrantedRole = { role: string; granted_by: string; granted_at: string; expires_at: string | null }

export function assertedRoles({ data }: Entity): AssertedRole[] {
  return Array.isArray(data.asserted) ? (data.asserted as AssertedRole[]) : []
}

export function grantedRoles({ data }: Entity): GrantedRole[] {
  return Array.isArray(data.granted) ? (data.granted as GrantedRole[]) : []
}

/** Sessions that go on, newest first. */
export type OpenSession = { id: string; created_at: string; last_seen_at: string }

export function openSessions({ data }: Entity): OpenSession[] {
  return Array.isArray(data.sessions) ? (data.sessions as OpenSession[]) : []
}

/** Roles that are had for a time alone. */
export function lentRoles({ data }: Entity): string[] {
  return Array.isArray(data.lent_roles) ? (data.lent_roles as string[]) : []
}

/** Every role of these consoles that is given until it is taken away. */
export function rolesOf({ data }: Entity, consoles: readonly string[]): string[] {
  const known = Array.isArray(data.known_roles) ? (data.known_roles as string[]) : []
  return known.filter((role) => consoles.some((name) => role.startsWith(`${name}/`)))
}

/** Roles of these consoles that the person does not hold yet. */
export function rolesToGrant(entity: Entity, consoles: readonly string[]): string[] {
  const held = [...assertedRoles(entity), ...grantedRoles(entity)].map(({ role }) => role)
  return rolesOf(entity, consoles).filter((role) => !held.includes(role))
}
