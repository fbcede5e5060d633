import type pg from 'pg'

/** Somebody who is known here, with every role that counts for them and where it comes from. */
export type PersonRecord = {
  readonly id: string
  readonly kind: 'person' | 'machine'
  readonly name: string | null
  readonly disabled: boolean
  /** Invited, or given a role, and never signed in yet. */
  readonly pending: boolean
  /** Every account of the human behind this one, itself among them. */
  readonly accounts: readonly string[]
  /** Roles of both sides are held, so none counts. */
  readonly conflict: boolean
  /** What counts now. */
  readonly roles: readonly string[]
  readonly asserted: readonly { readonly role: string; readonly since: string | null }[]
  readonly granted: readonly {
    readonly role: string
    readonly granted_by: string
    readonly granted_at: string
    readonly expires_at: string | null
  }[]
  /** Every role there is, by its side. */
  readonly sides: Readonly<Record<string, 'money' | 'platform' | null>>
  /** Roles that are had for a time alone: to whoever holds which role, for how many hours at most. */
  readonly lent: Readonly<Record<string, { readonly to: string; readonly max_hours: number }>>
  /** Roles that somebody active always holds and this person holds as the last. */
  readonly last_of: readonly string[]
  /** Those that go on, newest first. */
  readonly sessions: readonly {
    readonly id: string
    readonly created_at: string
    readonly last_seen_at: string
  }[]
  readonly last_seen_at: string | null
}

export async function loadPerson(pool: pg.Pool, id: string): Promise<PersonRecord | undefined> {
  const { rows } = await pool.query<PersonRecord>({
    name: 'load-person',
    text: `SELECT p.person_id AS id, p.kind, p.display_name AS name, p.disabled_at IS NOT NULL AS disabled,
                  p.kind = 'person' AND p.asserted_at IS NULL AS pending,
                  kernel.accounts_of(p.person_id) AS accounts,
                  kernel.roles_in_conflict(p.asserted_roles || kernel.granted_roles(p.person_id)) AS conflict,
                  kernel.current_roles(p.person_id) AS roles,
                  coalesce((SELECT jsonb_agg(jsonb_build_object('role', said.role, 'since', kernel.rfc3339(a.since))
                                             ORDER BY said.role)
                     FROM unnest(p.asserted_roles) AS said (role)
                     LEFT JOIN kernel.role_assertion a
                       ON a.person_id = p.person_id AND a.role = said.role AND a.until IS NULL), '[]') AS asserted,
                  coalesce((SELECT jsonb_agg(jsonb_build_object('role', g.role, 'granted_by', g.granted_by,
                              'granted_at', kernel.rfc3339(g.granted_at), 'expires_at', kernel.rfc3339(g.expires_at))
                              ORDER BY g.granted_at)
                     FROM kernel.role_grant g
                    WHERE g.person_id = p.person_id
                      AND (g.expires_at IS NULL OR g.expires_at > clock_timestamp())
                      AND NOT EXISTS (SELECT FROM kernel.role_revocation r WHERE r.grant_id = g.grant_id)), '[]') AS granted,
                  (SELECT jsonb_object_agg(role, side) FROM kernel.role) AS sides,
                  coalesce((SELECT jsonb_object_agg(role, jsonb_build_object('to', lent_to, 'max_hours', lent_max_hours))
                     FROM kernel.role WHERE lent_to IS NOT NULL), '{}') AS lent,
                  ARRAY(SELECT r.role FROM kernel.role r
                         WHERE r.keeps_one AND p.kind = 'person' AND p.asserted_at IS NOT NULL
                           AND r.role = ANY (kernel.current_roles(p.person_id))
                           AND NOT kernel.has_active_holder(r.role, p.person_id)) AS last_of,
                  coalesce((SELECT jsonb_agg(jsonb_build_object('id', s.session_id, 'created_at', kernel.rfc3339(s.created_at),
                                                             'last_seen_at', kernel.rfc3339(s.last_seen_at))
                                             ORDER BY s.created_at DESC, s.session_id)
                     FROM kernel.live_sessions(p.person_id) s), '[]') AS sessions,
                  (SELECT kernel.rfc3339(e.at) FROM kernel.audit_entry e
                    WHERE e.actor_id = p.person_id ORDER BY e.at DESC LIMIT 1) AS last_seen_at
             FROM kernel.person p WHERE p.person_id = $1`,
    values: [id],
  })
  return rows[0]
}
