import type { Projection } from '@countersign/kernel/projections/define-projection.ts'
import { EVENT_TYPES } from '../contract.ts'

const TYPES = [EVENT_TYPES.partyUpdated, EVENT_TYPES.partyFrozen, EVENT_TYPES.partyUnfrozen]

/** Parties by the position at which they were last heard of: screening goes through them in this order, and none can slip in behind it. */
export const partyToScreenView: Projection = {
  name: 'transfers.party_to_screen',
  tables: ['transfers.party_to_screen'],
  types: TYPES,
  apply: [
    `INSERT INTO {transfers.party_to_screen} AS t (id, tenant_id, version, position, kind, name, born, country)
     SELECT DISTINCT ON (e.payload #>> '{record,id}')
            e.payload #>> '{record,id}', e.tenant_id, (e.payload ->> 'version')::integer, e.position,
            coalesce(e.payload #>> '{record,kind}', 'person'),
            coalesce(e.payload #> '{personal,name}', e.payload #> '{record,name}', '""'),
            e.payload #> '{personal,date_of_birth}', e.payload #>> '{record,country}'
       FROM {events} e
      WHERE e.type IN (${TYPES.map((type) => `'${type}'`).join(', ')})
      ORDER BY e.payload #>> '{record,id}', (e.payload ->> 'version')::integer DESC, e.position
     ON CONFLICT (id) DO UPDATE
        SET version = excluded.version, position = excluded.position, kind = excluded.kind, name = excluded.name,
            born = excluded.born, country = excluded.country
      WHERE t.version < excluded.version`,
  ],
}
