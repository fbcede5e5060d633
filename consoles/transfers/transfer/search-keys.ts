import type { Projection } from '@countersign/kernel/projections/define-projection.ts'
import { EVENT_TYPES } from '../contract.ts'

/** As kernel/search normalises what is typed. */
const key = (sql: string) => `regexp_replace(lower(${sql}), '[\\s-]+', '', 'g')`

/** Of a company's name, so many words can be the first that is typed. */
const NAME_WORDS_MAX = 8

/** What an operator may type to mean one entity of this console. */
export const searchKeys: Projection = {
  name: 'transfers.search',
  tables: ['kernel.search_key'],
  types: Object.values(EVENT_TYPES),
  apply: [
    `INSERT INTO {kernel.search_key} (key, kind, id, why, title, console, tenant_id)
     SELECT DISTINCT ON (found.key, found.kind, found.id, found.why)
            found.key, found.kind, found.id, found.why, found.title, 'transfers', e.tenant_id
       FROM kernel.ordered_event e
      CROSS JOIN LATERAL (
        SELECT ${key('entity.id')} AS key, entity.kind, entity.id, 'id' AS why, entity.title
          FROM (SELECT split_part(e.stream, '/', 1) AS aggregate, substr(e.stream, strpos(e.stream, '/') + 1) AS id) s
         CROSS JOIN LATERAL (
            SELECT split_part(s.aggregate, '.', 2) AS kind, s.id,
                   CASE split_part(s.aggregate, '.', 2)
                     WHEN 'transfer' THEN (e.payload #>> '{record,amount,amount}') || ' '
                                       || (e.payload #>> '{record,amount,currency}') || ' ' || upper(e.payload #>> '{record,rail}')
                     WHEN 'party' THEN e.payload #>> '{record,name}'
                     WHEN 'exception' THEN (e.payload #>> '{record,amount,amount}') || ' ' || (e.payload #>> '{record,amount,currency}')
                     WHEN 'hit' THEN (e.payload #>> '{record,list}') || ' ' || (e.payload #>> '{record,screened_name}')
                     WHEN 'posting' THEN e.payload ->> 'description'
                     ELSE s.id
                   END AS title) entity
        UNION ALL
        SELECT ${key("e.payload #>> '{record,reference}'")}, 'transfer', e.payload #>> '{record,id}', 'reference',
               (e.payload #>> '{record,amount,amount}') || ' ' || (e.payload #>> '{record,amount,currency}')
         WHERE e.type LIKE 'transfers.transfer.%' AND e.payload #>> '{record,reference}' <> ''
        UNION ALL
        SELECT ${key("e.payload #>> '{record,trace_number}'")}, 'transfer', e.payload #>> '{record,id}', 'trace number',
               (e.payload #>> '{record,amount,amount}') || ' ' || (e.payload #>> '{record,amount,currency}')
         WHERE e.type LIKE 'transfers.transfer.%' AND e.payload #>> '{record,trace_number}' <> ''
        UNION ALL
        SELECT ${key("e.payload #>> '{record,reference}'")}, 'exception', e.payload #>> '{record,id}', 'reference',
               (e.payload #>> '{record,amount,amount}') || ' ' || (e.payload #>> '{record,amount,currency}')
         WHERE e.type LIKE 'transfers.exception.%' AND e.payload #>> '{record,reference}' <> ''
        UNION ALL
        SELECT translate(e.payload #>> '{record,amount,amount}', ',', ''), 'transfer', e.payload #>> '{record,id}', 'amount',
               (e.payload #>> '{record,amount,amount}') || ' ' || (e.payload #>> '{record,amount,currency}')
         WHERE e.type LIKE 'transfers.transfer.%'
        UNION ALL
        -- A company by its name, from each of its words on. A person's name is never a key.
        SELECT ${key("array_to_string(word.list[word.n:], ' ')")}, 'party', e.payload #>> '{record,id}', 'name',
               e.payload #>> '{record,name}'
          FROM (SELECT list, generate_series(1, least(cardinality(list), ${NAME_WORDS_MAX})) AS n
                  FROM regexp_split_to_array(e.payload #>> '{record,name}', '[\\s-]+') AS list) word
         WHERE e.type LIKE 'transfers.party.%' AND e.payload #>> '{record,kind}' = 'company'
      ) found
      WHERE e.position > $1 AND e.position <= $2 AND e.type LIKE 'transfers.%' AND found.key <> ''
        AND length(found.key) <= 512
      ORDER BY found.key, found.kind, found.id, found.why, e.position DESC
     ON CONFLICT (key, kind, id, why) DO UPDATE SET title = excluded.title`,
  ],
}
