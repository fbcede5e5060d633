import type { Kernel } from '@countersign/kernel/kernel.ts'
import type { Json } from '@countersign/kernel/personal-data/canonical-json.ts'
import { HIT_CONFIRMED, HIT_OVERRIDDEN, HIT_SUPERSEDED, hitStream } from '../hit/hit-events.ts'
import type { HitRecord } from '../hit/own-hit.ts'

/** What is gone through in one step. */
const AT_ONCE = 100

/** A hit of ours that a freeze, or its end, has decided, or that was raised anew before anybody did. */
export type Settled = {
  readonly id: string
  readonly type: typeof HIT_CONFIRMED | typeof HIT_OVERRIDDEN | typeof HIT_SUPERSEDED
  readonly record: HitRecord
  /** Who asked for it, and the request; null where nobody did. */
  readonly by: string | null
  readonly request: string | null
  readonly tenant: string | null
}

/** What has happened since the last step: each is looked at once, whatever comes of it. */
export type Happened = {
  /** Hits that were raised, decided or opened again. */
  readonly hits: readonly string[]
  /** Freezes, and ends of freezes, that were carried out or agreed to. */
  readonly freezes: readonly string[]
  /** How far these reach. */
  readonly upTo: number
}

/** The next that happened; undefined where nothing has. */
export async function happenedSince(pool: Kernel['pool']): Promise<Happened | undefined> {
  const { rows } = await pool.query<{ position: string; hit_id: string | null; request_id: string | null }>({
    name: 'hits-and-freezes-since',
    text: `SELECT n.* FROM transfers.settled_up_to s CROSS JOIN LATERAL (
             (SELECT position, hit_id, NULL::uuid AS request_id FROM transfers.screening_hit
               WHERE position > s.position ORDER BY position LIMIT ${AT_ONCE})
             UNION ALL
             (SELECT position, NULL, request_id FROM transfers.freeze_decision
               WHERE position > s.position ORDER BY position LIMIT ${AT_ONCE})
             ORDER BY position LIMIT ${AT_ONCE}) n
            ORDER BY n.position`,
  })
  const last = rows.at(-1)
  if (last === undefined) return undefined
  return {
    hits: rows.flatMap(({ hit_id }) => hit_id ?? []),
    freezes: rows.flatMap(({ request_id }) => request_id ?? []),
    upTo: Number(last.position),
  }
}

/** Notes that what happened up to there has been looked at. */
export async function settledUpTo(pool: Kernel['pool'], position: number): Promise<void> {
  await pool.query('UPDATE transfers.settled_up_to SET position = $1 WHERE position < $1', [position])
}

type Decided = {
  readonly hit_id: string
  readonly freezes: boolean
  readonly by: string
  readonly request: string
  readonly tenant: string | null
  readonly record: HitRecord
}

/**
 * Open hits whose party was frozen for them, and hits whose party was freed because they were none. An emergency freeze confirms
 * nothing before others have agreed to it; and what somebody has said of the hit itself since then stands: one that was opened
 * again is open, whatever was carried out for it before.
 */
export async function hitsDecidedByFreezes(
  pool: Kernel['pool'],
  freezes: readonly string[],
): Promise<Settled[]> {
  if (freezes.length === 0) return []
  const { rows } = await pool.query<Decided>({
    name: 'hits-decided-by-freezes',
    text: `SELECT n.hit_id, q.type = 'transfers.freeze_entity' AS freezes, q.requested_by AS by, q.request_id AS request,
                  q.tenant_id AS tenant, e.payload -> 'record' AS record
             FROM unnest($1::uuid[]) WITH ORDINALITY AS f (request_id, at)
             JOIN kernel.action_request q USING (request_id)
             JOIN kernel.action_revision v ON v.request_id = q.request_id AND v.revision = q.revision
             LEFT JOIN kernel.emergency m ON m.request_id = q.request_id
             LEFT JOIN kernel.emergency_end x ON x.request_id = q.request_id AND x.outcome = 'agreed'
            CROSS JOIN LATERAL (SELECT coalesce(v.decided ->> 'hit_id', v.decided ->> 'override_hit_id') AS hit_id) n
            CROSS JOIN LATERAL (SELECT payload FROM kernel.event WHERE stream = 'transfers.hit/' || n.hit_id
                                 ORDER BY version DESC LIMIT 1) e
            WHERE q.state = 'executed' AND (m.request_id IS NULL OR x.request_id IS NOT NULL)
              AND e.payload #>> '{record,uid}' IS NOT NULL
              AND NOT EXISTS (SELECT FROM kernel.event p
                               WHERE p.stream = 'transfers.hit/' || n.hit_id AND p.actor_id IS NOT NULL
                                 AND p.recorded_at > greatest(q.state_at, x.at))
            ORDER BY f.at`,
    values: [freezes],
  })
  const stands = new Map<string, HitRecord>()
  return rows.flatMap(({ hit_id, freezes, by, request, tenant, record: read }) => {
    const record = stands.get(hit_id) ?? read
    if (record.state !== 'open' && (freezes || record.state !== 'true_match')) return []
    const becomes = freezes ? 'true_match' : 'cleared'
    const settled = { ...record, version: record.version + 1, state: becomes } as const
    stands.set(hit_id, settled)
    return [
      {
        ...{ id: `${hit_id}:${request}`, type: freezes ? HIT_CONFIRMED : HIT_OVERRIDDEN },
        ...{ by, request, tenant },
        record: settled,
      },
    ]
  })
}

/** Open hits, of the pairs of these, of which a newer one is open too: that one is decided, as the two are now. */
export async function supersededHits(pool: Kernel['pool'], hits: readonly string[]): Promise<Settled[]> {
  if (hits.length === 0) return []
  const { rows } = await pool.query<{ hit_id: string; tenant: string | null; record: HitRecord }>({
    name: 'hits-superseded',
    text: `SELECT h.hit_id, h.tenant_id AS tenant, e.payload -> 'record' AS record
             FROM (SELECT DISTINCT party_id, uid, list FROM transfers.screening_hit
                    WHERE hit_id = ANY ($1) AND uid IS NOT NULL AND state = 'open') c
             JOIN transfers.screening_hit h ON h.party_id = c.party_id AND h.uid = c.uid AND h.list = c.list AND h.state = 'open'
            CROSS JOIN LATERAL (SELECT payload FROM kernel.event WHERE stream = 'transfers.hit/' || h.hit_id
                                 ORDER BY version DESC LIMIT 1) e
            WHERE e.payload ->> 'state' = 'open'
              AND EXISTS (SELECT FROM transfers.screening_hit n
                           WHERE n.party_id = h.party_id AND n.uid = h.uid AND n.list = h.list AND n.state = 'open'
                             AND (n.raised_at, n.hit_id) > (h.raised_at, h.hit_id))
            ORDER BY h.hit_id`,
    values: [hits],
  })
  return rows.map(({ hit_id, tenant, record }) => ({
    ...{
      id: `${hit_id}:superseded:${record.version}`,
      type: HIT_SUPERSEDED,
      by: null,
      request: null,
      tenant,
    },
    record: { ...record, version: record.version + 1, state: 'superseded' },
  }))
}

export const settledEvent = ({ id, type, record, by, request, tenant }: Settled) => ({
  ...{ id, type, schemaVersion: 1, stream: hitStream(record.id), occurredAt: new Date() },
  ...(tenant === null ? {} : { tenantId: tenant }),
  refs: [
    { kind: 'hit', id: record.id },
    { kind: 'party', id: record.party_id },
  ],
  payload: {
    version: record.version,
    state: record.state,
    decided_by: by,
    decided_for: request,
    record: record as unknown as Json,
  },
})
