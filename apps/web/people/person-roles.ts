import type { Entity } from '@countersign/sdk/wire/entities.ts'

export type AssertedRole = { role: string; since: string | null }
export type GrantedRole = { role: string; granted_by: string; granted_at: string; expires_at: string | null }

export function assertedRoles({ data }: Entity): AssertedRole[] {
  return Array.isArray(data.asserted) ? (data.asserted as AssertedRole[]) : []
}

export function grantedRoles({ data }: Entity): GrantedRole[] {
  return Array.isArray(data.granted) ? (data.granted as GrantedRole[]) : []
}

/** Roles of these consoles that the person does not hold yet. */
export function rolesToGrant(entity: Entity, consoles: readonly string[]): string[] {
  const known = Array.isArray(entity.data.known_roles) ? (entity.data.known_roles as string[]) : []
  const held = [...assertedRoles(entity), ...grantedRoles(entity)].map(({ role }) => role)
  return known.filter((role) => consoles.some((name) => role.startsWith(`${name}/`)) && !held.includes(role))
}
