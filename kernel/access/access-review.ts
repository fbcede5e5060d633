import { z } from 'zod'
import { ok } from '../actions/failure.ts'
import { cursorParameter, encodeCursor, limitParameter } from '../http/cursor.ts'
import { type Route, route } from '../http/route.ts'
import type { Principal } from '../identity/principal.ts'
import type { Kernel } from '../kernel.ts'
import { consoleOfRole } from './role-name.ts'

const LIST_DEFAULT = 100
/** An account that has done nothing for so long is flagged. */
export const DORMANT_AFTER_DAYS = 90
/** Other accounts of one human that are named with each. */
const ONE_HUMAN_SHOWN_MAX = 20
const CHANGES_DAYS_MAX = 400
const CHANGES_MAX = 1_000

/** Who holds what, since when, granted by whom, last used (K-46). */
export function accessReviewRoutes(kernel: Kernel): Route[] {
  const holders = route({
    method: 'GET',
    url: '/v1/access-review',
    summary: 'Who holds which role, since when, from whom, and when they last did anything',
    access: { permission: 'access:read' },
    query: z.strictObject({
      console: z
        .string()
        .regex(/^[a-z]{1,32}$/)
        .optional(),
      role: z.string().max(128).optional(),
      dormant: z.enum(['true', 'false']).optional(),
      cursor: cursorParameter(
        z.strictObject({ person: z.string().max(128), role: z.string().max(128) }),
      ).optional(),
      limit: limitParameter(LIST_DEFAULT),
    }),
    async handle({ query, principal }) {
      const { rows } = await kernel.pool.query<Holder>(
        `WITH held AS (
           SELECT a.person_id, a.role, 'identity_provider' AS source, a.since, NULL AS granted_by, NULL::timestamptz AS expires_at,
                  NULL::uuid AS request_id
             FROM kernel.role_assertion a WHERE a.until IS NULL
           UNION ALL
           SELECT g.person_id, g.role, 'grant', g.granted_at, g.granted_by, g.expires_at, g.request_id
             FROM kernel.role_grant g
            WHERE (g.expires_at IS NULL OR g.expires_at > clock_timestamp())
              AND NOT EXISTS (SELECT FROM kernel.role_revocation r WHERE r.grant_id = g.grant_id)
         ), used AS (
           SELECT p.person_id, (SELECT e.at FROM kernel.audit_entry e WHERE e.actor_id = p.person_id ORDER BY e.at DESC LIMIT 1) AS at
             FROM kernel.person p
         )
         SELECT h.person_id, p.display_name AS name, p.kind, p.disabled_at IS NOT NULL AS disabled, h.role, r.console, h.source,
                kernel.rfc3339(h.since) AS since, h.granted_by, kernel.rfc3339(h.expires_at) AS expires_at, h.request_id,
                kernel.rfc3339(u.at) AS last_used_at,
                coalesce(u.at, p.created_at) < clock_timestamp() - make_interval(days => $6) AS dormant,
                kernel.roles_in_conflict(p.asserted_roles || kernel.granted_roles(p.person_id)) AS conflict,
                p.kind = 'person' AND NOT EXISTS (SELECT FROM kernel.person_address a WHERE a.person_id = h.person_id) AS no_address,
                (SELECT coalesce(jsonb_agg(other), '[]')
                   FROM (SELECT o.person_id AS id, coalesce(o.display_name, o.person_id) AS name FROM kernel.person o
                          WHERE o.person_id = ANY (kernel.accounts_of(h.person_id)) AND o.person_id <> h.person_id
                          ORDER BY o.person_id LIMIT $8) other) AS one_human_with
           FROM held h
           JOIN kernel.person p USING (person_id)
           JOIN used u USING (person_id)
           JOIN kernel.role r ON r.role = h.role
          WHERE ($1::text IS NULL OR r.console = $1) AND ($2::text IS NULL OR h.role = $2)
            AND ($9::text[] IS NULL OR r.console = ANY ($9))
            AND ($3::boolean IS NULL
                 OR (coalesce(u.at, p.created_at) < clock_timestamp() - make_interval(days => $6)) = $3)
            AND ($4::text IS NULL OR (h.person_id, h.role || ' ' || h.source) > ($4, $5))
          ORDER BY h.person_id, h.role || ' ' || h.source
          LIMIT $7`,
        [
          query.console ?? null,
          query.role ?? null,
          query.dormant === undefined ? null : query.dormant === 'true',
          query.cursor?.person ?? null,
          query.cursor?.role ?? null,
          DORMANT_AFTER_DAYS,
          query.limit + 1,
          ONE_HUMAN_SHOWN_MAX,
          consolesReviewed(principal),
        ],
      )
      const page = rows.slice(0, query.limit)
      const last = page.at(-1)
      return ok({
        body: {
          holders: page.map(({ person_id, name, kind, disabled, ...held }) => ({
            person: { id: person_id, name: name ?? person_id, kind, disabled },
            ...held,
          })),
          next_cursor:
            rows.length > query.limit && last
              ? encodeCursor({ person: last.person_id, role: `${last.role} ${last.source}` })
              : null,
        },
      })
    },
  })

  const changes = route({
    method: 'GET',
    url: '/v1/access-review/changes',
    summary: 'Who joined and who left: roles that began or ended in the last days',
    access: { permission: 'access:read' },
    query: z.strictObject({
      days: z.coerce.number().int().min(1).max(CHANGES_DAYS_MAX).default(30),
      console: z
        .string()
        .regex(/^[a-z]{1,32}$/)
        .optional(),
    }),
    async handle({ query, principal }) {
      const { rows } = await kernel.pool.query(
        `SELECT change, person_id, p.display_name AS name, role, kernel.rfc3339(at) AS at, source, by_whom, request_id
           FROM (
             SELECT 'joined' AS change, person_id, role, since AS at, 'identity_provider' AS source, NULL AS by_whom, NULL::uuid AS request_id
               FROM kernel.role_assertion
             UNION ALL SELECT 'left', person_id, role, until, 'identity_provider', NULL, NULL
               FROM kernel.role_assertion WHERE until IS NOT NULL
             UNION ALL SELECT 'joined', person_id, role, granted_at, 'grant', granted_by, request_id FROM kernel.role_grant
             UNION ALL SELECT 'left', g.person_id, g.role, r.revoked_at, 'grant', r.revoked_by, r.request_id
               FROM kernel.role_revocation r JOIN kernel.role_grant g USING (grant_id)
             UNION ALL SELECT 'left', person_id, role, expires_at, 'grant', NULL, NULL FROM kernel.role_grant
                        WHERE expires_at < clock_timestamp()
           ) AS changes
           JOIN kernel.person p USING (person_id)
          WHERE at > clock_timestamp() - make_interval(days => $1)
            AND ($2::text IS NULL OR split_part(role, '/', 1) = $2)
            AND ($4::text[] IS NULL OR split_part(role, '/', 1) = ANY ($4))
          ORDER BY changes.at DESC, person_id, role LIMIT $3`,
        [query.days, query.console ?? null, CHANGES_MAX, consolesReviewed(principal)],
      )
      return ok({
        body: {
          changes: rows.map(({ person_id, name, ...change }) => ({
            person: { id: person_id, name: name ?? person_id },
            ...change,
          })),
        },
      })
    },
  })
  return [holders, changes]
}

/**
 * The consoles of which somebody reviews who holds what: their own, and every one (null) for a role of the kernel, an auditor's. Who holds
 * finance's roles, and which of them sleep, is not for those who run the platform (P-11).
 */
function consolesReviewed({ roles }: Pick<Principal, 'roles'>): string[] | null {
  const consoles = [...new Set(roles.map(consoleOfRole))]
  return consoles.includes('kernel') ? null : consoles
}

type Holder = {
  readonly person_id: string
  readonly name: string | null
  readonly kind: 'person' | 'machine'
  readonly disabled: boolean
  readonly role: string
  readonly console: string
  readonly source: 'identity_provider' | 'grant'
  readonly since: string
  readonly granted_by: string | null
  readonly expires_at: string | null
  readonly request_id: string | null
  readonly last_used_at: string | null
  readonly dormant: boolean
  /** Of the person: roles of both sides, so that none of them counts. */
  readonly conflict: boolean
  /** Of the person: nothing by which another account of theirs could be told. */
  readonly no_address: boolean
  /** Of the person: the accounts that an address tells to be the same human's. */
  readonly one_human_with: readonly { readonly id: string; readonly name: string }[]
}
