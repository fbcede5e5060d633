import type { Kernel } from '@countersign/kernel/kernel.ts'
import { LIST_IDS, type ListId } from './list-names.ts'
import { MATCH_FROM } from './match-from.ts'
import { RULE_TUNED, ruleOfList, ruleStream } from './screening-rule.ts'

/** From which score on a name is a hit, of each list, as people last agreed. */
export async function listThresholds(pool: Kernel['pool']): Promise<Readonly<Record<ListId, number>>> {
  const { rows } = await pool.query<{ list: ListId; threshold: number }>({
    name: 'thresholds-of-lists',
    text: `SELECT l.list, (e.payload ->> 'threshold')::float8 AS threshold
             FROM unnest($1::text[], $2::text[]) AS l (list, stream)
            CROSS JOIN LATERAL (SELECT payload FROM kernel.event WHERE stream = l.stream AND type = $3
                                 ORDER BY version DESC LIMIT 1) e`,
    values: [LIST_IDS, LIST_IDS.map((list) => ruleStream(ruleOfList(list))), RULE_TUNED],
  })
  const untuned = Object.fromEntries(LIST_IDS.map((list) => [list, MATCH_FROM])) as Record<ListId, number>
  return { ...untuned, ...Object.fromEntries(rows.map(({ list, threshold }) => [list, threshold])) }
}
