import type { Projection } from '@countersign/kernel/projections/define-projection.ts'
import { EVENT_TYPES } from '../contract.ts'

const TYPES = [EVENT_TYPES.partyUpdated, EVENT_TYPES.partyFrozen, EVENT_TYPES.partyUnfrozen]

/** Parties as last heard of, for when Compliance cannot be read. */
export const partyView: Projection = {
  name: 'transfers.party',
  tables: ['transfers.party'],
  types: TYPES,
  apply: [
    `INSERT INTO {transfers.party} AS t (id, tenant_id, version, at, frozen, record)
     SELECT DISTINCT ON (e.payload #>> '{record,id}')
            e.payload #>> '{record,id}', e.tenant_id, (e.payload ->> 'version')::integer, e.recorded_at,
            (e.payload #>> '{record,frozen}')::boolean, e.payload -> 'record'
       FROM {events} e
      WHERE e.type IN (${TYPES.map((type) => `'${type}'`).join(', ')})
      ORDER BY e.payload #>> '{record,id}', (e.payload ->> 'version')::integer DESC, e.position
     ON CONFLICT (id) DO UPDATE
        SET version = excluded.version, at = excluded.at, frozen = excluded.frozen, record = excluded.record
      WHERE t.version < excluded.version`,
  ],
}
