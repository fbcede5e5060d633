import type { Projection } from '@countersign/kernel/projections/define-projection.ts'
import { PAIR_RULE_AGREED, PAIR_RULE_WITHDRAWN } from './pair-rule.ts'

/** Rules for pairs as they stand: screening keeps back what they are about. */
export const pairRules: Projection = {
  name: 'transfers.pair_rule',
  tables: ['transfers.pair_rule'],
  types: [PAIR_RULE_AGREED, PAIR_RULE_WITHDRAWN],
  apply: [
    `INSERT INTO {transfers.pair_rule} AS t (pair, tenant_id, version, party_id, list, uid, score, fits, until)
     SELECT DISTINCT ON (e.stream)
            substr(e.stream, strpos(e.stream, '/') + 1), e.tenant_id, e.version, e.payload ->> 'party_id', e.payload ->> 'list',
            e.payload ->> 'uid', (e.payload ->> 'score')::numeric,
            ARRAY(SELECT jsonb_array_elements_text(coalesce(e.payload -> 'fits', '[]'))), (e.payload ->> 'until')::timestamptz
       FROM {events} e
      WHERE e.type IN ('${PAIR_RULE_AGREED}', '${PAIR_RULE_WITHDRAWN}')
      ORDER BY e.stream, e.version DESC
     ON CONFLICT (pair) DO UPDATE
        SET version = excluded.version, score = excluded.score, fits = excluded.fits, until = excluded.until
      WHERE t.version < excluded.version`,
  ],
}
