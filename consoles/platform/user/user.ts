import { cursorTimeSql } from '@countersign/kernel/http/cursor.ts'
import type { Kernel } from '@countersign/kernel/kernel.ts'
import type { Json } from '@countersign/kernel/personal-data/canonical-json.ts'
import { redacted } from '@countersign/kernel/personal-data/sealing.ts'

export const USER_STATUSES = ['active', 'disabled', 'pending'] as const
export const USER_ROLES = ['PLATFORM_ADMIN', 'OPS_ADMIN', 'MERCHANT'] as const

/** Somebody of the platform, as `platform.platform_users` has them; times are RFC 3339. */
export type User = {
  readonly id: string
  /** By which the identity provider knows them. */
  readonly username: string
  readonly name: string | null
  readonly email: string | null
  /** Null where they hold none now. */
  readonly role: (typeof USER_ROLES)[number] | null
  readonly status: (typeof USER_STATUSES)[number]
  readonly last_login_at: string | null
  readonly created_by: string | null
  /** What that person is called; read where one user is. */
  readonly created_by_name?: string | null
  readonly created_at: string
  readonly updated_at: string
  /** Their place in the list. */
  readonly made: string
}

const COLUMNS = `id, username, name, email, role, status, kernel.rfc3339(last_login_at) AS last_login_at, created_by,
                 kernel.rfc3339(created_at) AS created_at, kernel.rfc3339(updated_at) AS updated_at,
                 ${cursorTimeSql('created_at')} AS made`

export type UserQuery = {
  /** How the username or the name begins, whatever its case. */
  readonly q?: string | undefined
  /** The whole address. */
  readonly email?: string | undefined
  readonly role?: string | undefined
  readonly status?: string | undefined
  readonly after?: { readonly at: string; readonly id: string } | undefined
  readonly limit: number
}

/** Newest first. */
export async function listUsers(pool: Kernel['pool'], query: UserQuery): Promise<readonly User[]> {
  const { rows } = await pool.query<User>({
    name: 'platform-users',
    text: `SELECT ${COLUMNS} FROM platform.platform_users
            WHERE ($1::text IS NULL OR starts_with(lower(username), lower($1)) OR starts_with(lower(name), lower($1)))
              AND ($2::text IS NULL OR kernel.as_address(email) = kernel.as_address($2))
              AND ($3::text IS NULL OR role = $3) AND ($4::text IS NULL OR status = $4)
              AND ($5::timestamptz IS NULL OR (created_at, id) < ($5, $6))
            ORDER BY created_at DESC, id DESC LIMIT $7`,
    values: [
      ...[query.q ?? null, query.email ?? null, query.role ?? null, query.status ?? null],
      ...[query.after?.at ?? null, query.after?.id ?? null, query.limit],
    ],
  })
  return rows
}

export async function loadUser(pool: Kernel['pool'], id: string): Promise<User | undefined> {
  const { rows } = await pool.query<User>({
    name: 'platform-user',
    text: `SELECT ${COLUMNS},
                  (SELECT p.display_name FROM kernel.person p WHERE p.person_id = u.created_by) AS created_by_name
             FROM platform.platform_users u WHERE id = $1`,
    values: [id],
  })
  return rows[0]
}

/** A username that is an address is shown as one. */
export function usernameShown(username: string): string {
  return username.includes('@') ? redacted(username, 'email') : username
}

/** In the spelling of `/api/ops/users`: an address only in its redacted form. */
export function userOnDoor({
  made: _made,
  created_by_name: _name,
  email,
  username,
  ...user
}: User): Record<string, Json> {
  return {
    ...user,
    username: usernameShown(username),
    email: email === null ? null : redacted(email, 'email'),
  }
}
