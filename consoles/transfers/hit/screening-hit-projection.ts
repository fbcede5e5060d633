import type { Projection } from '@countersign/kernel/projections/define-projection.ts'
import { HIT_EVENTS } from './hit-events.ts'

/** A freeze, or its end, that was carried out; or that others have agreed to after it was in force. */
const FREEZE_DECIDED = ['kernel.action_request.executed', 'kernel.action_request.emergency_agreed']

/** What became of each hit: of the same pair before, and of a rule's hits over time; and the freezes that may have decided one. */
export const screeningHits: Projection = {
  name: 'transfers.screening_hit',
  tables: ['transfers.screening_hit', 'transfers.freeze_decision'],
  types: [...HIT_EVENTS, ...FREEZE_DECIDED],
  apply: [
    `INSERT INTO {transfers.screening_hit} AS t (hit_id, tenant_id, version, party_id, list, uid, rule_id, score, state,
            raised_at, decided_at, decided_by, position)
     SELECT DISTINCT ON (e.payload #>> '{record,id}')
            e.payload #>> '{record,id}', e.tenant_id, (e.payload ->> 'version')::integer, e.payload #>> '{record,party_id}',
            e.payload #>> '{record,list}', e.payload #>> '{record,uid}', e.payload #>> '{record,rule_id}',
            (e.payload #>> '{record,score}')::numeric, e.payload #>> '{record,state}',
            (e.payload #>> '{record,raised_at}')::timestamptz,
            CASE WHEN e.payload #>> '{record,state}' IN ('open', 'superseded') THEN NULL ELSE e.occurred_at END,
            CASE WHEN e.payload #>> '{record,state}' IN ('open', 'superseded') THEN NULL ELSE coalesce(e.payload ->> 'decided_by', e.actor_id) END,
            e.position
       FROM {events} e
      WHERE e.type IN (${HIT_EVENTS.map((type) => `'${type}'`).join(', ')})
      ORDER BY e.payload #>> '{record,id}', (e.payload ->> 'version')::integer DESC, e.position
     ON CONFLICT (hit_id) DO UPDATE
        SET version = excluded.version, party_id = excluded.party_id, list = excluded.list, uid = excluded.uid,
            rule_id = excluded.rule_id, score = excluded.score, state = excluded.state, raised_at = excluded.raised_at,
            decided_at = excluded.decided_at, decided_by = excluded.decided_by, position = excluded.position
      WHERE t.version < excluded.version`,
    `INSERT INTO {transfers.freeze_decision} (position, tenant_id, request_id)
     SELECT e.position, e.tenant_id, e.request_id FROM {events} e
      WHERE e.type IN (${FREEZE_DECIDED.map((type) => `'${type}'`).join(', ')})
        AND e.payload ->> 'action' IN ('transfers.freeze_entity', 'transfers.unfreeze_entity')
     ON CONFLICT DO NOTHING`,
  ],
}
