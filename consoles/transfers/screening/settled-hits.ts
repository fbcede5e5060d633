import type { Kernel } from '@countersign/kernel/kernel.ts'
import type { Json } from '@countersign/kernel/personal-data/canonical-json.ts'
import { HIT_CONFIRMED, HIT_OVERRIDDEN, HIT_SUPERSEDED, hitStream } from '../hit/hit-events.ts'
import type { HitRecord } from '../hit/own-hit.ts'

/** Hits that are settled in one step. */
const SETTLED_AT_ONCE = 100

/** A hit of ours that a freeze, or its end, has decided, or that was raised anew before anybody did. */
export type Settled = {
  readonly id: string
  readonly type: typeof HIT_CONFIRMED | typeof HIT_OVERRIDDEN | typeof HIT_SUPERSEDED
  readonly record: HitRecord
  /** Who asked for it; null where nobody did. */
  readonly by: string | null
  readonly tenant: string | null
}

type Row = {
  hit_id: string
  state: string
  by: string
  request: string
  tenant: string | null
  record: HitRecord
}

/**
 * Open hits whose party was frozen for them, and true matches whose party was freed because they were none. An emergency
 * freeze confirms nothing before others have agreed to it.
 */
export async function settledHits(pool: Kernel['pool']): Promise<Settled[]> {
  const { rows } = await pool.query<Row>({
    name: 'hits-settled-by-freezes',
    text: `SELECT h.hit_id, h.state, q.requested_by AS by, q.request_id AS request, h.tenant_id AS tenant, e.payload -> 'record' AS record
             FROM transfers.screening_hit h
             JOIN transfers.party p ON p.id = h.party_id AND p.frozen = (h.state = 'open')
            CROSS JOIN LATERAL (
              SELECT q.request_id, q.requested_by
                FROM kernel.action_request q
                JOIN kernel.action_revision v ON v.request_id = q.request_id
               WHERE q.target_kind = 'party' AND q.target_id = h.party_id AND q.state = 'executed'
                 AND (h.state = 'open' AND q.type = 'transfers.freeze_entity' AND v.decided ->> 'hit_id' = h.hit_id
                      OR h.state = 'true_match' AND q.type = 'transfers.unfreeze_entity'
                         AND v.decided ->> 'override_hit_id' = h.hit_id)
                 AND NOT EXISTS (SELECT FROM kernel.emergency m WHERE m.request_id = q.request_id
                                    AND NOT EXISTS (SELECT FROM kernel.emergency_end x
                                                     WHERE x.request_id = m.request_id AND x.outcome = 'agreed'))
               ORDER BY q.created_at DESC LIMIT 1) q
            CROSS JOIN LATERAL (SELECT payload FROM kernel.event WHERE stream = 'transfers.hit/' || h.hit_id
                                 ORDER BY version DESC LIMIT 1) e
            WHERE h.uid IS NOT NULL AND h.state IN ('open', 'true_match') AND e.payload ->> 'state' = h.state
            ORDER BY h.hit_id LIMIT ${SETTLED_AT_ONCE}`,
  })
  return rows.map(({ hit_id, state, by, request, tenant, record }) => {
    const becomes = state === 'open' ? 'true_match' : 'cleared'
    return {
      ...{ id: `${hit_id}:${request}`, type: becomes === 'cleared' ? HIT_OVERRIDDEN : HIT_CONFIRMED },
      ...{ by, tenant, record: { ...record, version: record.version + 1, state: becomes } },
    }
  })
}

/** Open hits of which a newer one of the same party and entry was raised: one of them is decided, as the two are now. */
export async function supersededHits(pool: Kernel['pool']): Promise<Settled[]> {
  const { rows } = await pool.query<{ hit_id: string; tenant: string | null; record: HitRecord }>({
    name: 'hits-superseded',
    text: `SELECT h.hit_id, h.tenant_id AS tenant, e.payload -> 'record' AS record
             FROM transfers.screening_hit h
            CROSS JOIN LATERAL (SELECT payload FROM kernel.event WHERE stream = 'transfers.hit/' || h.hit_id
                                 ORDER BY version DESC LIMIT 1) e
            WHERE h.uid IS NOT NULL AND h.state = 'open' AND e.payload ->> 'state' = 'open'
              AND EXISTS (SELECT FROM transfers.screening_hit n
                           WHERE n.party_id = h.party_id AND n.uid = h.uid AND n.list = h.list
                             AND (n.raised_at, n.hit_id) > (h.raised_at, h.hit_id))
            ORDER BY h.hit_id LIMIT ${SETTLED_AT_ONCE}`,
  })
  return rows.map(({ hit_id, tenant, record }) => ({
    ...{ id: `${hit_id}:superseded:${record.version}`, type: HIT_SUPERSEDED, by: null, tenant },
    record: { ...record, version: record.version + 1, state: 'superseded' },
  }))
}

export const settledEvent = ({ id, type, record, by, tenant }: Settled) => ({
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
    record: record as unknown as Json,
  },
})
