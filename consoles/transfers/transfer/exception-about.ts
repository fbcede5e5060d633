import type { Projection } from '@countersign/kernel/projections/define-projection.ts'
import { EVENT_TYPES } from '../contract.ts'

/** Which transfers an exception may be about, for the pages of those: what Recon proposes as its partners. */
export const exceptionAbout: Projection = {
  name: 'transfers.exception_about',
  tables: ['transfers.exception_about'],
  types: [EVENT_TYPES.exceptionRaised, EVENT_TYPES.exceptionResolved],
  apply: [
    `INSERT INTO {transfers.exception_about} AS t (exception_id, tenant_id, version, state, opened_at, title, transfers)
     SELECT n.id, n.tenant_id, n.version, n.record ->> 'state', (n.record ->> 'raised_at')::timestamptz,
            (n.record #>> '{amount,amount}') || ' ' || (n.record #>> '{amount,currency}') || ' · ' || (n.record ->> 'date'),
            ARRAY(SELECT c ->> 'id' FROM jsonb_array_elements(n.record -> 'candidates') c
                   WHERE c ->> 'kind' = 'transfer' ORDER BY 1)
       FROM (SELECT DISTINCT ON (e.payload #>> '{record,id}')
                    e.payload #>> '{record,id}' AS id, e.tenant_id, (e.payload ->> 'version')::integer AS version,
                    e.payload -> 'record' AS record
               FROM {events} e
              WHERE e.type IN ('${EVENT_TYPES.exceptionRaised}', '${EVENT_TYPES.exceptionResolved}')
              ORDER BY e.payload #>> '{record,id}', (e.payload ->> 'version')::integer DESC, e.position) n
     ON CONFLICT (exception_id) DO UPDATE
        SET version = excluded.version, state = excluded.state, opened_at = excluded.opened_at,
            title = excluded.title, transfers = excluded.transfers
      WHERE t.version < excluded.version`,
  ],
}
