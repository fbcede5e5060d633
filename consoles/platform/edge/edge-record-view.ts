import type { ProjectedEntity } from '@countersign/kernel/entities/define-entity.ts'
import type { Projection } from '@countersign/kernel/projections/define-projection.ts'
import { EVENT_TYPES } from '../contract.ts'

const TYPES = [
  ...[EVENT_TYPES.rateLimitCreated, EVENT_TYPES.rateLimitChanged, EVENT_TYPES.rateLimitWithdrawn],
  ...[EVENT_TYPES.allowlistCreated, EVENT_TYPES.allowlistChanged, EVENT_TYPES.allowlistWithdrawn],
]

/** Limits and lists as last heard of: what the console enforces on its own doors, and shows while the edge cannot be read. */
export const edgeRecordView: Projection = {
  name: 'platform.edge_record',
  tables: ['platform.edge_record'],
  types: TYPES,
  apply: [
    `INSERT INTO {platform.edge_record} AS t (kind, id, version, at, active, console, record)
     SELECT DISTINCT ON (split_part(e.type, '.', 2), e.payload #>> '{record,id}')
            split_part(e.type, '.', 2), e.payload #>> '{record,id}', (e.payload ->> 'version')::integer, e.recorded_at,
            e.payload ->> 'state' = 'active', e.payload #>> '{record,console}', e.payload -> 'record'
       FROM {events} e
      WHERE e.type IN (${TYPES.map((type) => `'${type}'`).join(', ')})
      ORDER BY split_part(e.type, '.', 2), e.payload #>> '{record,id}', (e.payload ->> 'version')::integer DESC, e.position
     ON CONFLICT (kind, id) DO UPDATE
        SET version = excluded.version, at = excluded.at, active = excluded.active, console = excluded.console,
            record = excluded.record
      WHERE t.version < excluded.version`,
  ],
}

/** The last known copy of one of them. */
export function projectedEdgeRecord(kind: 'rate_limit' | 'allowlist'): ProjectedEntity {
  return {
    sql: (id) => `SELECT version::text AS version, at, record AS state
                    FROM platform.edge_record WHERE kind = '${kind}' AND id = ${id}`,
  }
}
