import type { Projection } from '@countersign/kernel/projections/define-projection.ts'
import { EVENT_TYPES, QUEUES } from '../contract.ts'
import { CHANGE_SUFFIX, DISHONOUR_SUFFIX } from './transfer.ts'

const TYPES = [
  EVENT_TYPES.transferCreated,
  EVENT_TYPES.transferSettled,
  EVENT_TYPES.returnReceived,
  EVENT_TYPES.changeNotified,
  EVENT_TYPES.transferReturned,
  EVENT_TYPES.returnDishonoured,
  EVENT_TYPES.dishonourReceived,
  EVENT_TYPES.dishonourContested,
  EVENT_TYPES.transferSentAgain,
  EVENT_TYPES.changeAnswered,
  EVENT_TYPES.transferCancelled,
]
const IN = TYPES.map((type) => `'${type}'`).join(', ')
/** The newest version of each transfer among the events of this step, and the first of those that say it: events may come in any order. */
const NEWEST = `
  SELECT DISTINCT ON (e.payload #>> '{record,id}')
         e.payload #>> '{record,id}' AS id, e.tenant_id, (e.payload ->> 'version')::integer AS version, e.recorded_at,
         e.occurred_at, e.payload -> 'record' AS record
    FROM {events} e
   WHERE e.type IN (${IN})
   ORDER BY e.payload #>> '{record,id}', (e.payload ->> 'version')::integer DESC, e.position`

/** Transfers as last heard of, for when CTS cannot be read. */
export const transferView: Projection = {
  name: 'transfers.transfer',
  tables: ['transfers.transfer'],
  types: TYPES,
  apply: [
    `INSERT INTO {transfers.transfer} AS t (id, tenant_id, version, at, state, rail, record)
     SELECT id, tenant_id, version, recorded_at, record ->> 'state', record ->> 'rail', record FROM (${NEWEST}) newest
     ON CONFLICT (id) DO UPDATE
        SET version = excluded.version, at = excluded.at, state = excluded.state, rail = excluded.rail,
            record = excluded.record
      WHERE t.version < excluded.version`,
  ],
}

/**
 * What the returns queue shows: one item a transfer that came back (opened anew where the bank contests a dishonour of that), one a
 * dishonour of what we sent back, one a notification of change.
 */
export const returnsItems: Projection = {
  name: 'transfers.returns',
  tables: ['transfers.returns_item'],
  types: TYPES,
  apply: [
    `INSERT INTO {transfers.returns_item} AS t (item_id, tenant_id, version, subject_kind, subject_id, title, state, opened_at,
            due_at, closed_at, kind, code, rail, currency, amount, originator, receiver, answer_by, until_at)
     SELECT item.item_id, n.tenant_id, n.version, 'transfer', n.id,
            item.code || ' · ' || (n.record #>> '{amount,amount}') || ' ' || (n.record #>> '{amount,currency}'),
            item.state, item.opened_at, coalesce(item.answer_by, kernel.due_at('${QUEUES.returns}', item.opened_at)),
            CASE item.state WHEN 'done' THEN n.occurred_at END, item.kind, item.code,
            n.record ->> 'rail', n.record #>> '{amount,currency}', n.record #>> '{amount,amount}',
            n.record #>> '{originator,name}', n.record #>> '{receiver,name}', item.answer_by,
            coalesce(item.answer_by, item.until_at)
       FROM (${NEWEST}) n
      CROSS JOIN LATERAL (
        SELECT n.id AS item_id,
               CASE WHEN n.record #> '{return,contest}' IS NULL THEN 'return' ELSE 'contested' END AS kind,
               coalesce(n.record #>> '{return,contest,code}', n.record #>> '{return,code}') AS code,
               coalesce(n.record #>> '{return,contest,at}', n.record #>> '{return,received_at}')::timestamptz AS opened_at,
               CASE n.record ->> 'state' WHEN 'return_received' THEN 'open' ELSE 'done' END AS state,
               NULL::timestamptz AS answer_by,
               CASE WHEN n.record #> '{return,dishonour}' IS NULL
                    THEN (n.record #>> '{return,dishonour_by}')::timestamptz END AS until_at
         WHERE n.record #>> '{return,case}' = 'book'
        UNION ALL
        SELECT n.id || '${DISHONOUR_SUFFIX}', 'dishonour', n.record #>> '{return,dishonour,code}',
               (n.record #>> '{return,dishonour,at}')::timestamptz,
               CASE n.record ->> 'state' WHEN 'dishonour_received' THEN 'open' ELSE 'done' END,
               (n.record #>> '{return,dishonour,contest_by}')::timestamptz, NULL
         WHERE n.record #>> '{return,case}' = 'send_back' AND n.record #> '{return,dishonour}' IS NOT NULL
        UNION ALL
        SELECT n.id || '${CHANGE_SUFFIX}', 'change', n.record #>> '{change,code}',
               (n.record #>> '{change,received_at}')::timestamptz,
               CASE WHEN n.record #> '{change,answer}' IS NULL THEN 'open' ELSE 'done' END,
               (n.record #>> '{change,tell_by}')::timestamptz, NULL
         WHERE n.record -> 'change' IS NOT NULL
      ) item
     ON CONFLICT (item_id) DO UPDATE
        SET version = excluded.version, state = excluded.state, closed_at = excluded.closed_at, kind = excluded.kind,
            code = excluded.code,
            title = excluded.title, amount = excluded.amount, currency = excluded.currency, rail = excluded.rail,
            opened_at = excluded.opened_at, due_at = excluded.due_at, originator = excluded.originator,
            receiver = excluded.receiver, answer_by = excluded.answer_by, until_at = excluded.until_at
      WHERE t.version < excluded.version`,
  ],
}
