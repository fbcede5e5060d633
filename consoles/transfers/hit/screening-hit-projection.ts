import type { Projection } from '@countersign/kernel/projections/define-projection.ts'
import { HIT_EVENTS } from './hit-events.ts'

/** What became of each hit: of the same pair before, and of a rule's hits over time. */
export const screeningHits: Projection = {
  name: 'transfers.screening_hit',
  tables: ['transfers.screening_hit'],
  types: HIT_EVENTS,
  apply: [
    `INSERT INTO {transfers.screening_hit} AS t (hit_id, tenant_id, version, party_id, list, uid, rule_id, score, state,
            raised_at, decided_at, decided_by)
     SELECT DISTINCT ON (e.payload #>> '{record,id}')
            e.payload #>> '{record,id}', e.tenant_id, (e.payload ->> 'version')::integer, e.payload #>> '{record,party_id}',
            e.payload #>> '{record,list}', e.payload #>> '{record,uid}', e.payload #>> '{record,rule_id}',
            (e.payload #>> '{record,score}')::numeric, e.payload #>> '{record,state}',
            (e.payload #>> '{record,raised_at}')::timestamptz,
            CASE WHEN e.payload #>> '{record,state}' IN ('open', 'superseded') THEN NULL ELSE e.occurred_at END,
            CASE WHEN e.payload #>> '{record,state}' IN ('open', 'superseded') THEN NULL ELSE coalesce(e.payload ->> 'decided_by', e.actor_id) END
       FROM {events} e
      WHERE e.type IN (${HIT_EVENTS.map((type) => `'${type}'`).join(', ')})
      ORDER BY e.payload #>> '{record,id}', (e.payload ->> 'version')::integer DESC, e.position
     ON CONFLICT (hit_id) DO UPDATE
        SET version = excluded.version, party_id = excluded.party_id, list = excluded.list, uid = excluded.uid,
            rule_id = excluded.rule_id, score = excluded.score, state = excluded.state, raised_at = excluded.raised_at,
            decided_at = excluded.decided_at, decided_by = excluded.decided_by
      WHERE t.version < excluded.version`,
  ],
}
