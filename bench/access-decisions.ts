import { declaredConsoles } from '@countersign/server/declared-consoles.ts'
import { quantiles } from './quantiles.ts'
import type { Row } from './results.ts'

const SECONDS = 2
const WARM_UP_DECISIONS = 2_000
const ROUNDS = 5
const PAGE_ROWS = 50
const PAGES = 200
const TARGET_PER_SECOND = 12_000
const TARGET_PAGE_MS = 10
/** The actions that stand beside a row of a queue. */
const ACTIONS = [
  'kernel.claim_item',
  'kernel.assign_item',
  'transfers.return_transfer',
  'transfers.freeze_entity',
  'transfers.unfreeze_entity',
  'transfers.reveal_transfer',
]
const ROLES = ['transfers/OPS', 'transfers/COMPLIANCE']

/**
 * S-11: decisions of the policy engine as the product makes them, on one core. Uncached: who may agree to a request is
 * never kept, because its policies compare people. Beside them a role table in memory, which knows no attribute.
 */
export function accessRows(): Row[] {
  const { access } = declaredConsoles()
  const unknown = ACTIONS.filter((action) => !access.permissions().includes(action))
  if (unknown.length > 0) throw new Error(`There is no ${unknown.join(', ')}.`)
  let n = 0
  const uncached = () => {
    n += 1
    const requestedBy = `person-${n}`
    access.decide({ id: 'decider', kind: 'person', roles: ROLES }, 'transfers.freeze_entity:decide', {
      ...{ type: 'ActionRequest', id: `request-${n}`, requestedBy, requesterKind: 'person' },
    })
  }
  for (let warm = 0; warm < WARM_UP_DECISIONS; warm += 1) uncached()
  const rates = Array.from({ length: ROUNDS }, () => perSecond(uncached)).toSorted((a, b) => a - b)
  const table = new Map(ROLES.map((role) => [role, new Set(ACTIONS)]))
  const looked = perSecond(() => ROLES.some((role) => table.get(role)?.has('transfers.freeze_entity')))

  const pages = Array.from({ length: PAGES }, (_, page) => {
    const started = performance.now()
    for (let row = 0; row < PAGE_ROWS; row += 1) {
      for (const action of ACTIONS) {
        access.decide({ id: 'operator', kind: 'person', roles: ROLES }, action, {
          ...{ type: 'Record', id: `record-${page}-${row}`, kind: 'transfer' },
        })
      }
    }
    return performance.now() - started
  })
  const rate = rates[Math.floor(rates.length / 2)] ?? 0
  const { p50, p99, max } = quantiles(pages)
  return [
    {
      id: 'S-11',
      what: 'access decisions, uncached, one core',
      value: `${Math.round(rate).toLocaleString('en')}/s`,
      limit: `${Math.round(looked).toLocaleString('en')}/s by a role table`,
      target: `≥ ${TARGET_PER_SECOND.toLocaleString('en')}/s`,
      met: rate >= TARGET_PER_SECOND,
      note: `every round: ${rates.map((each) => Math.round(each).toLocaleString('en')).join(', ')}`,
    },
    {
      id: 'S-11',
      what: `what may be done to ${PAGE_ROWS} rows, ${ACTIONS.length} actions each`,
      value: `p99 ${p99.toFixed(2)} ms`,
      limit: '–',
      target: `≤ ${TARGET_PAGE_MS} ms`,
      met: p99 <= TARGET_PAGE_MS,
      note: `p50 ${p50.toFixed(2)} ms, the first page, with nothing kept yet, included (max ${max.toFixed(2)} ms); ${PAGES} pages of different records`,
    },
  ]
}

/** A second of this process's own time: what one core does, whatever else the machine is doing. */
function perSecond(run: () => unknown): number {
  const until = performance.now() + SECONDS * 1000
  const before = process.cpuUsage()
  let count = 0
  while (performance.now() < until) {
    run()
    count += 1
  }
  const { user, system } = process.cpuUsage(before)
  return (count * 1_000_000) / (user + system)
}
