import { say } from '@countersign/kernel/languages/say.ts'
import type { Projection } from '@countersign/kernel/projections/define-projection.ts'
import type { Queue } from '@countersign/kernel/queues/define-queue.ts'
import { bankDays } from '../calendars.ts'
import { EVENT_TYPES, QUEUES } from '../contract.ts'

/** Everything that tells how an exception stands. */
export const OF_EXCEPTIONS = [
  EVENT_TYPES.exceptionRaised,
  EVENT_TYPES.exceptionResolved,
  EVENT_TYPES.exceptionReopened,
  EVENT_TYPES.exceptionAssigned,
  EVENT_TYPES.exceptionUnassigned,
  EVENT_TYPES.exceptionWithdrawn,
  EVENT_TYPES.exceptionWrittenOff,
  EVENT_TYPES.exceptionWriteOffReversed,
]

const ofTheNewer = (column: string) =>
  `${column} = CASE WHEN t.version < excluded.version THEN excluded.${column} ELSE t.${column} END`

export const exceptionItems: Projection = {
  name: 'transfers.exceptions',
  tables: ['transfers.exception_item'],
  types: [...OF_EXCEPTIONS, EVENT_TYPES.statementQuarantined, EVENT_TYPES.statementAcknowledged],
  apply: [
    // A statement that does not add up waits for a person as well.
    `INSERT INTO {transfers.exception_item} AS t (item_id, tenant_id, version, subject_kind, subject_id, title, state,
            opened_at, due_at, closed_at, kind, currency, amount, booked_on, reference, best_score)
     SELECT n.id, n.tenant_id, n.version, 'statement', n.id, coalesce(n.why, 'Statement in quarantine'),
            CASE n.record ->> 'state' WHEN 'quarantined' THEN 'open' ELSE 'done' END,
            n.opened_at, kernel.due_at('${QUEUES.exceptions}', n.opened_at), CASE n.record ->> 'state' WHEN 'quarantined' THEN NULL ELSE n.occurred_at END,
            'statement', n.record ->> 'currency', NULL, n.record ->> 'to', coalesce(n.record ->> 'bank_id', n.id), NULL
       FROM (SELECT DISTINCT ON (e.payload #>> '{record,id}')
                    e.payload #>> '{record,id}' AS id, e.tenant_id, (e.payload ->> 'version')::integer AS version,
                    e.payload -> 'record' AS record, e.payload ->> 'why' AS why, e.occurred_at,
                    -- Each event says when it happened itself; the statement came with the first of them.
                    min((e.payload #>> '{record,imported_at}')::timestamptz)
                      OVER (PARTITION BY e.payload #>> '{record,id}') AS opened_at
               FROM {events} e
              WHERE e.type IN ('${EVENT_TYPES.statementQuarantined}', '${EVENT_TYPES.statementAcknowledged}')
              ORDER BY e.payload #>> '{record,id}', (e.payload ->> 'version')::integer DESC, e.position) n
     ON CONFLICT (item_id) DO UPDATE
        SET opened_at = least(t.opened_at, excluded.opened_at), due_at = least(t.due_at, excluded.due_at),
            ${['version', 'state', 'closed_at', 'title', 'currency', 'booked_on', 'reference'].map(ofTheNewer).join(', ')}
      WHERE t.subject_kind = excluded.subject_kind`,
    `INSERT INTO {transfers.exception_item} AS t (item_id, tenant_id, version, subject_kind, subject_id, title, state,
            opened_at, due_at, closed_at, kind, currency, amount, booked_on, reference, best_score)
     SELECT n.id, n.tenant_id, n.version, 'exception', n.id,
            n.signed || ' ' || (n.record #>> '{amount,currency}') || ' · ' || coalesce(nullif(n.record ->> 'reference', ''), n.record ->> 'date'),
            CASE n.record ->> 'state' WHEN 'open' THEN 'open' ELSE 'done' END,
            (n.record ->> 'raised_at')::timestamptz,
            kernel.due_at('${QUEUES.exceptions}', (n.record ->> 'raised_at')::timestamptz), CASE n.record ->> 'state' WHEN 'open' THEN NULL ELSE n.occurred_at END,
            n.record ->> 'kind', n.record #>> '{amount,currency}', n.signed, n.record ->> 'date',
            n.record ->> 'reference', (n.record #>> '{candidates,0,score}')::numeric
       FROM (SELECT DISTINCT ON (e.payload #>> '{record,id}')
                    e.payload #>> '{record,id}' AS id, e.tenant_id, (e.payload ->> 'version')::integer AS version,
                    e.payload -> 'record' AS record, e.occurred_at,
                    -- As the bank's statement has it: what went out is negative.
                    CASE e.payload #>> '{record,side}' WHEN 'debit' THEN '-' ELSE '' END
                      || (e.payload #>> '{record,amount,amount}') AS signed
               FROM {events} e
              WHERE e.type IN (${OF_EXCEPTIONS.map((type) => `'${type}'`).join(', ')})
              ORDER BY e.payload #>> '{record,id}', (e.payload ->> 'version')::integer DESC, e.position) n
     ON CONFLICT (item_id) DO UPDATE
        SET version = excluded.version, state = excluded.state, closed_at = excluded.closed_at, title = excluded.title,
            opened_at = excluded.opened_at, due_at = excluded.due_at, kind = excluded.kind,
            currency = excluded.currency, amount = excluded.amount, booked_on = excluded.booked_on,
            reference = excluded.reference, best_score = excluded.best_score
      WHERE t.version < excluded.version AND t.subject_kind = excluded.subject_kind`,
  ],
}

export const exceptionsQueue: Queue = {
  name: QUEUES.exceptions,
  title: say`Reconciliation exceptions`,
  permission: 'transfers:read',
  table: 'transfers.exception_item',
  projection: 'transfers.exceptions',
  source: 'recon',
  slaHours: 24,
  calendar: bankDays,
  columns: [
    {
      key: 'amount',
      title: say`Amount`,
      type: 'money',
      sql: "CASE WHEN q.amount IS NOT NULL THEN jsonb_build_object('amount', q.amount, 'currency', q.currency) END",
    },
    { key: 'date', title: say`Date`, type: 'text', sql: 'q.booked_on' },
    { key: 'reference', title: say`Reference`, type: 'text', sql: "nullif(q.reference, '')" },
    {
      key: 'kind',
      title: say`Kind`,
      type: 'code',
      sql: 'q.kind',
      filter: { column: 'kind', options: ['statement_line', 'posting', 'statement'], exhaustive: true },
    },
    {
      key: 'currency',
      title: say`Currency`,
      type: 'code',
      sql: 'q.currency',
      filter: { column: 'currency' },
    },
    { key: 'best_score', title: say`Best candidate`, type: 'text', sql: 'q.best_score' },
  ],
  guide: 'reconciliation',
  actions: ['transfers.assign_best_candidate', 'transfers.acknowledge_statement'],
}
