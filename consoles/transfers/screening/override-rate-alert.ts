import { defineAlertKind } from '@countersign/kernel/alerts/alert-kind.ts'
import { say } from '@countersign/kernel/languages/say.ts'
import { ruleTitle } from './screening-rule.ts'

/** T-08: a rule whose hits are mostly cleared is to be tuned; it holds as long as that task is open. */
export const overrideRateAlert = defineAlertKind({
  name: 'transfers.override_rate',
  severity: 'medium',
  title: (fact) => say`Most hits of the screening rule ${fact('rule')} are cleared: tune it`,
  page: { to: 'roster' },
  escalateAfterS: 24 * 3600,
  runbook: 'override-rate',
  titleOf: (fact, value) => (fact === 'rule' ? ruleTitle(value) : value),
  async holds(database) {
    const { rows } = await database.query<{ rule: string }>(
      `SELECT subject_id AS rule FROM transfers.compliance_item
        WHERE subject_kind = 'screening_rule' AND state = 'open' ORDER BY subject_id LIMIT 100`,
    )
    return rows.map(({ rule }) => ({
      key: rule,
      facts: { rule, subject_kind: 'screening_rule', subject_id: rule },
    }))
  },
})
