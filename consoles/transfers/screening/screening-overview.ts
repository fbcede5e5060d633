import { defineEntity } from '@countersign/kernel/entities/define-entity.ts'
import type { Kernel } from '@countersign/kernel/kernel.ts'
import { say } from '@countersign/kernel/languages/say.ts'
import { LIST_IDS, LIST_TITLES } from './list-names.ts'
import { type ListStanding, listStandings, shownStanding, standingOf } from './list-standing.ts'
import { listThresholds } from './list-thresholds.ts'
import { SCREENING_OVERVIEW } from './screening-overview-ref.ts'
import { ruleOfList } from './screening-rule.ts'

type RuleFigures = {
  readonly rule: string
  readonly open: number
  readonly decided: number
  readonly cleared: number
  readonly due: boolean
}
type Overview = {
  readonly lists: readonly ListStanding[]
  readonly rules: readonly (RuleFigures & { readonly threshold: number | null })[]
}

const DAYS = 90
const RULES_MAX = 200

/** What is screened against, and how the rules that raise hits fare: one page, to which the console's rail leads. */
export const screeningOverview = defineEntity<Overview, unknown>({
  kind: SCREENING_OVERVIEW.kind,
  console: 'transfers',
  async read(id, _upstreams, { ask }) {
    if (id !== SCREENING_OVERVIEW.id) return { status: 'missing' }
    return { status: 'found', version: '0', state: await ask(overview) }
  },
  present: ({ lists, rules }) => ({
    title: say`Screening`,
    // Amber as soon as one of them calls for somebody: nobody looks below a green word.
    state: lists.every((one) => standingOf(one) === 'in_force') ? 'in_force' : 'attention',
    data: {
      lists: lists.map((one) => ({ ...shownStanding(one), name: LIST_TITLES[one.list] })),
      rules: rules.map((one) => ({ ...one })),
    },
  }),
})

async function overview({ pool, now }: Pick<Kernel, 'pool' | 'now'>): Promise<Overview> {
  const lists = await listStandings({ pool, now }, LIST_IDS)
  const thresholds = await listThresholds(pool)
  const { rows } = await pool.query<RuleFigures>({
    name: 'rules-overview',
    text: `SELECT h.rule_id AS rule, (count(*) FILTER (WHERE h.state = 'open'))::int AS open,
                  (count(*) FILTER (WHERE h.decided_at > clock_timestamp() - interval '${DAYS} days'))::int AS decided,
                  (count(*) FILTER (WHERE h.state = 'cleared' AND h.decided_at > clock_timestamp() - interval '${DAYS} days'))::int AS cleared,
                  EXISTS (SELECT FROM transfers.compliance_item i WHERE i.item_id = 'rule:' || h.rule_id AND i.state = 'open') AS due
             FROM transfers.screening_hit h
            WHERE h.state = 'open' OR h.decided_at > clock_timestamp() - interval '${DAYS} days'
            GROUP BY h.rule_id ORDER BY h.rule_id LIMIT ${RULES_MAX}`,
  })
  const unused = LIST_IDS.map(ruleOfList).filter((rule) => !rows.some((one) => one.rule === rule))
  const none = unused.map((rule) => ({ rule, open: 0, decided: 0, cleared: 0, due: false }))
  const threshold = (rule: string) => {
    const list = LIST_IDS.find((one) => ruleOfList(one) === rule)
    return list === undefined ? null : thresholds[list]
  }
  return { lists, rules: [...rows, ...none].map((one) => ({ ...one, threshold: threshold(one.rule) })) }
}
