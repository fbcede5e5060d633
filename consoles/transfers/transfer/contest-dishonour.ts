import { accept, defineAction, refuse } from '@countersign/kernel/actions/define-action.ts'
import { say } from '@countersign/kernel/languages/say.ts'
import { z } from 'zod'
import { achReasonsOf } from '../reason-codes/reason-codes.ts'
import type { Upstreams } from '../upstreams.ts'
import { deliverToCts } from './deliver-to-cts.ts'
import { dishonourWaits } from './dishonour-waits.ts'
import { fromTo } from './from-to.ts'
import { wasDishonoured } from './returned-transfer.ts'
import { stateTitle } from './state-title.ts'
import type { Transfer } from './transfer.ts'
import { transfer } from './transfer-entity.ts'

const EVERY_REASON = achReasonsOf('contest')

/** Nacha Operating Rules, Appendix Four: which dishonour each contest answers. */
const ANSWERS: Readonly<Record<string, string>> = {
  R73: 'R68',
  R74: 'R69',
  R75: 'R67',
  R76: 'R69',
  R77: 'R62',
}

/** What we sent back stays sent back, against its bank's dishonour. */
export const contestDishonour = defineAction<
  Transfer,
  z.ZodObject,
  { readonly id: string; readonly code: string },
  Upstreams
>(
  {
    name: 'transfers.contest_dishonour',
    risk: 'high',
    movesMoney: false,
    target: transfer,
    input: z.object({}),
    reasons: (record) => EVERY_REASON.filter(({ code }) => answersDishonour(code, record)),
    approvals: { required: 1, eligibleRoles: ['transfers/ADMIN'], expiresInS: 24 * 3600 },
    present: {
      title: say`Contest dishonour`,
      tone: 'danger',
      help: say`Insists on what was sent back, within two banking days. It cannot be taken back: ACH knows nothing after it.`,
    },
    offeredOn: wasDishonoured,
    attributes: (record) => ({ amount: record.amount, rail: record.rail }),
    decide(record, _input, { now, reason }) {
      const refused = dishonourWaits(record)
      if (refused) return refused
      const until = contestBy(record)
      if (until !== undefined && now > until) {
        return refuse(
          'contest_window_closed',
          say`It could be contested until ${until}, two banking days after the dishonour settled. It can be accepted.`,
        )
      }
      return accept({ id: record.id, code: reason?.code ?? 'R71' })
    },
    preview(record) {
      const { amount } = record
      const [from, to] = fromTo(record)
      const until = contestBy(record)
      return {
        summary: say`The dishonour is contested: ${amount} from ${from} to ${to} stays sent back.`,
        changes: [{ label: say`Transfer`, before: stateTitle(record.state), after: stateTitle('returned') }],
        effects: [
          say`The bank is told; the ledger posts nothing, since the return stands as it was posted.`,
          ...(until === undefined ? [] : [say`It can be contested until ${until}.`]),
        ],
      }
    },
    effect: deliverToCts(({ id, code }, { upstreams, key, targetVersion, signal }) =>
      upstreams.cts.contestDishonour(id, { code }, { key, ifMatch: targetVersion, signal }),
    ),
  },
  EVERY_REASON,
)

function contestBy(record: Transfer): Date | undefined {
  const until = wasDishonoured(record) ? record.return.dishonour?.contest_by : undefined
  return until === undefined ? undefined : new Date(until)
}

function answersDishonour(code: string, record: Transfer): boolean {
  const dishonour = wasDishonoured(record) ? record.return.dishonour : undefined
  if (!dishonour) return false
  if (code === 'R71') return true
  if (code === 'R72')
    return dishonour.due_by !== undefined && new Date(dishonour.at) > new Date(dishonour.due_by)
  return ANSWERS[code] === dishonour.code
}
