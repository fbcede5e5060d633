import type { Kernel } from '@countersign/kernel/kernel.ts'
import { RULE_KEPT, RULE_TUNED, ruleStream, TUNING_DUE } from './screening-rule.ts'

/** Of so many decisions within four weeks, so large a share of overrides calls for somebody to look at the rule. */
const DECIDED_LEAST = 10
const CLEARED_SHARE = 0.8
const WITHIN_DAYS = 28

/** A rule whose hits are mostly cleared. */
export type TuningDue = {
  /** Of the event: the same until somebody has looked at the rule. */
  readonly id: string
  readonly rule: string
  readonly decided: number
  readonly cleared: number
  readonly at: string
}

/** Of the rules that raised these hits, those that are to be tuned and of which nobody has been told yet. What was decided before the last look counts no more. */
export async function tuningDue(pool: Kernel['pool'], hits: readonly string[]): Promise<TuningDue[]> {
  if (hits.length === 0) return []
  const { rows } = await pool.query<{ rule: string; decided: number; cleared: number; looks: number }>({
    name: 'rules-to-be-tuned',
    text: `WITH lately AS (
             SELECT DISTINCT rule_id FROM transfers.screening_hit
              WHERE hit_id = ANY ($1) AND decided_at IS NOT NULL)
           SELECT l.rule_id AS rule, d.decided, d.cleared, looks.n AS looks
             FROM lately l
             LEFT JOIN LATERAL (SELECT e.type FROM kernel.event e WHERE e.stream = 'transfers.screening_rule/' || l.rule_id
                                 ORDER BY e.version DESC LIMIT 1) last ON true
            CROSS JOIN LATERAL (SELECT count(*)::int AS n, max(e.recorded_at) AS at FROM kernel.event e
                                 WHERE e.stream = 'transfers.screening_rule/' || l.rule_id AND e.type IN ('${RULE_TUNED}', '${RULE_KEPT}')) looks
            CROSS JOIN LATERAL (SELECT count(*)::int AS decided, (count(*) FILTER (WHERE h.state = 'cleared'))::int AS cleared
                                  FROM transfers.screening_hit h
                                 WHERE h.rule_id = l.rule_id
                                   AND h.decided_at > greatest(clock_timestamp() - interval '${WITHIN_DAYS} days', looks.at)) d
            WHERE last.type IS DISTINCT FROM '${TUNING_DUE}'
              AND d.decided >= ${DECIDED_LEAST} AND d.cleared >= ${CLEARED_SHARE} * d.decided`,
    values: [hits],
  })
  return rows.map(({ rule, decided, cleared, looks }) => ({
    ...{ id: `${ruleStream(rule)}:due:${looks}`, rule, decided, cleared, at: new Date().toISOString() },
  }))
}

export const tuningDueEvent = ({ id, rule, decided, cleared, at }: TuningDue) => ({
  ...{ id, type: TUNING_DUE, schemaVersion: 1, stream: ruleStream(rule), occurredAt: new Date(at) },
  refs: [{ kind: 'screening_rule', id: rule }],
  payload: { rule_id: rule, since: at, decided, cleared },
})
