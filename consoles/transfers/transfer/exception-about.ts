import type { Projection } from '@countersign/kernel/projections/define-projection.ts'
import { OF_EXCEPTIONS } from '../exception/exception-projection.ts'

/**
 * Which transfers an exception is about, for the pages of those: while it is open what Recon proposes as its partners, alone or in a
 * sum; once it is assigned those that it is assigned to. With what Recon told of it last, for its own page while Recon cannot be read.
 */
export const exceptionAbout: Projection = {
  name: 'transfers.exception_about',
  tables: ['transfers.exception_about'],
  types: OF_EXCEPTIONS,
  apply: [
    `INSERT INTO {transfers.exception_about} AS t (exception_id, tenant_id, version, state, opened_at, title, transfers, at, record)
     SELECT n.id, n.tenant_id, n.version, n.record ->> 'state', (n.record ->> 'raised_at')::timestamptz,
            (n.record #>> '{amount,amount}') || ' ' || (n.record #>> '{amount,currency}') || ' · ' || (n.record ->> 'date'),
            ARRAY(SELECT about.id FROM (
                    SELECT c ->> 'id' AS id, c ->> 'kind' AS kind FROM jsonb_array_elements(n.record -> 'candidates') c
                     WHERE n.record ->> 'state' = 'open'
                    UNION SELECT w ->> 'id', w ->> 'kind'
                      FROM jsonb_array_elements(n.record -> 'candidates') c, jsonb_array_elements(coalesce(c -> 'with', '[]')) w
                     WHERE n.record ->> 'state' = 'open'
                    UNION SELECT p ->> 'id', p ->> 'kind' FROM jsonb_array_elements(coalesce(n.record -> 'parts', '[]')) p) about
                   WHERE about.kind = 'transfer' ORDER BY 1),
            n.recorded_at, n.record
       FROM (SELECT DISTINCT ON (e.payload #>> '{record,id}')
                    e.payload #>> '{record,id}' AS id, e.tenant_id, (e.payload ->> 'version')::integer AS version,
                    e.payload -> 'record' AS record, e.recorded_at
               FROM {events} e
              WHERE e.type IN (${OF_EXCEPTIONS.map((type) => `'${type}'`).join(', ')})
              ORDER BY e.payload #>> '{record,id}', (e.payload ->> 'version')::integer DESC, e.position) n
     ON CONFLICT (exception_id) DO UPDATE
        SET version = excluded.version, state = excluded.state, opened_at = excluded.opened_at,
            title = excluded.title, transfers = excluded.transfers, at = excluded.at, record = excluded.record
      WHERE t.version < excluded.version`,
  ],
}
