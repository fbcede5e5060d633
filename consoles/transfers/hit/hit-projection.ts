import { say } from '@countersign/kernel/languages/say.ts'
import type { Projection } from '@countersign/kernel/projections/define-projection.ts'
import type { Queue } from '@countersign/kernel/queues/define-queue.ts'
import { complianceDesk } from '../calendars.ts'
import { QUEUES } from '../contract.ts'
import { RULE_KEPT, RULE_TUNED, TUNING_DUE } from '../screening/screening-rule.ts'
import { HIT_EVENTS } from './hit-events.ts'

export const complianceItems: Projection = {
  name: 'transfers.compliance',
  tables: ['transfers.compliance_item'],
  types: [...HIT_EVENTS, TUNING_DUE, RULE_TUNED, RULE_KEPT],
  apply: [
    `INSERT INTO {transfers.compliance_item} AS t (item_id, tenant_id, version, subject_kind, subject_id, title, state,
            opened_at, due_at, closed_at, party_id, screened, list, rule_id, score)
     SELECT n.id, n.tenant_id, n.version, 'hit', n.id, (n.record ->> 'screened_name') || ' · ' || (n.record ->> 'list'),
            CASE n.record ->> 'state' WHEN 'open' THEN 'open' ELSE 'done' END,
            (n.record ->> 'raised_at')::timestamptz,
            kernel.due_at('${QUEUES.compliance}', (n.record ->> 'raised_at')::timestamptz),
            -- Raised anew is not resolved: it counts in no figure of how long that takes.
            CASE WHEN n.record ->> 'state' IN ('open', 'superseded') THEN NULL ELSE n.occurred_at END,
            n.record ->> 'party_id', n.record ->> 'screened_name', n.record ->> 'list', n.record ->> 'rule_id',
            (n.record ->> 'score')::numeric
       FROM (SELECT DISTINCT ON (e.payload #>> '{record,id}')
                    e.payload #>> '{record,id}' AS id, e.tenant_id, (e.payload ->> 'version')::integer AS version,
                    e.payload -> 'record' AS record, e.occurred_at
               FROM {events} e
              WHERE e.type IN (${HIT_EVENTS.map((type) => `'${type}'`).join(', ')})
              ORDER BY e.payload #>> '{record,id}', (e.payload ->> 'version')::integer DESC, e.position) n
     ON CONFLICT (item_id) DO UPDATE
        SET version = excluded.version, state = excluded.state, closed_at = excluded.closed_at, title = excluded.title,
            opened_at = excluded.opened_at, due_at = excluded.due_at, party_id = excluded.party_id,
            screened = excluded.screened, list = excluded.list, rule_id = excluded.rule_id, score = excluded.score
      WHERE t.version < excluded.version`,
    // T-08: a rule that is to be tuned is work of the same people.
    `INSERT INTO {transfers.compliance_item} AS t (item_id, tenant_id, version, subject_kind, subject_id, title, state,
            opened_at, due_at, closed_at, rule_id)
     SELECT DISTINCT ON (e.stream)
            'rule:' || (e.payload ->> 'rule_id'), e.tenant_id, e.version, 'screening_rule', e.payload ->> 'rule_id',
            replace(e.payload ->> 'rule_id', '_', ' '), CASE e.type WHEN '${TUNING_DUE}' THEN 'open' ELSE 'done' END,
            (e.payload ->> 'since')::timestamptz,
            kernel.due_at('${QUEUES.compliance}', (e.payload ->> 'since')::timestamptz),
            CASE e.type WHEN '${TUNING_DUE}' THEN NULL ELSE e.occurred_at END, e.payload ->> 'rule_id'
       FROM {events} e
      WHERE e.type IN ('${TUNING_DUE}', '${RULE_TUNED}', '${RULE_KEPT}') AND e.payload ? 'since'
      ORDER BY e.stream, e.version DESC
     ON CONFLICT (item_id) DO UPDATE
        SET version = excluded.version, state = excluded.state, closed_at = excluded.closed_at,
            opened_at = excluded.opened_at, due_at = excluded.due_at
      WHERE t.version < excluded.version`,
  ],
}

export const complianceQueue: Queue = {
  name: QUEUES.compliance,
  title: say`Compliance hits`,
  permission: 'transfers:read',
  table: 'transfers.compliance_item',
  projection: 'transfers.compliance',
  source: 'compliance',
  slaHours: 8,
  calendar: complianceDesk,
  columns: [
    {
      key: 'screened',
      title: say`Screened`,
      type: 'person',
      sql: "CASE q.subject_kind WHEN 'screening_rule' THEN 'rule:' || q.rule_id ELSE q.screened END",
    },
    { key: 'score', title: say`Score`, type: 'score', sql: 'q.score' },
    { key: 'list', title: say`List`, type: 'code', sql: 'q.list', filter: { column: 'list' } },
    { key: 'rule_id', title: say`Rule`, type: 'code', sql: 'q.rule_id', filter: { column: 'rule_id' } },
    // Of two whose masked names are the same nothing else tells which is which.
    { key: 'party_id', title: say`Party`, type: 'code', sql: 'q.party_id' },
  ],
  guide: 'compliance',
  actions: ['transfers.clear_hit', 'transfers.clear_compliance_hit'],
}
