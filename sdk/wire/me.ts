import type { PersonRef, WireTime } from './values.ts'

export type Me = {
  person: PersonRef
  /** `console/ROLE`. */
  roles: string[]
  consoles: { name: string; title: string }[]
  permissions: string[]
  /** `id`: of a browser's session, as those of an account are named. */
  session: { id?: string; expires_at: WireTime; kind: 'session' | 'token' }
  /** As the identity provider names it, BCP 47; null where it names none. */
  language: string | null
}

/** `next`: an address of the identity provider, or a path of the console. */
export type SignedOut = { signed_out: true; next: string }
