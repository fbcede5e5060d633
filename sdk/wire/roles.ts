import type { PersonRef, WireTime } from './values.ts'

/** K-46: one role that somebody holds. */
export type RoleHolder = {
  person: PersonRef & { kind: 'person' | 'machine'; disabled: boolean }
  role: string
  console: string
  source: 'identity_provider' | 'grant'
  since: WireTime | null
  granted_by: string | null
  expires_at: WireTime | null
  request_id: string | null
  last_used_at: WireTime | null
  dormant: boolean
  conflict: boolean
  /** A person of whom the identity provider has said no address: another account of theirs would be another person's. */
  no_address: boolean
  /** The accounts that have, or had not long ago, an address in common with this one: they count as one human's. */
  one_human_with: PersonRef[]
}

export type RoleHolders = { holders: RoleHolder[]; next_cursor: string | null }

export type RoleChange = {
  change: 'joined' | 'left'
  person: PersonRef
  role: string
  at: WireTime
  source: 'identity_provider' | 'grant'
  by_whom: string | null
  request_id: string | null
}
