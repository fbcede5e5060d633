import { accept, defineAction, OTHER, refuse } from '@countersign/kernel/actions/define-action.ts'
import { say, written } from '@countersign/kernel/languages/say.ts'
import { moneyText } from '@countersign/kernel/money/money.ts'
import { z } from 'zod'
import { deliverToTreasury } from '../treasury/deliver-to-treasury.ts'
import type { Upstreams } from '../upstreams.ts'
import { type AccountingPeriod, monthOf } from './accounting-period.ts'
import { accountingPeriod } from './accounting-period-entity.ts'

/** closes a month of the books for good. A second person of finance agrees, to the figures that it has. */
export const lockPeriod = defineAction<
  AccountingPeriod,
  z.ZodObject,
  { readonly id: string; readonly reason: string; readonly postings: number },
  Upstreams
>({
  name: 'treasury.lock_period',
  risk: 'critical',
  movesMoney: false,
  target: accountingPeriod,
  input: z.object({}),
  reasons: [
    { code: 'month_closed', title: say`The month is closed` },
    { code: 'audit', title: say`For an audit` },
    OTHER,
  ],
  approvals: {
    ...{ required: 1, leastRequired: 1 },
    ...{ eligibleRoles: ['treasury/FINANCE_ADMIN'], expiresInS: 24 * 3600 },
  },
  door: {
    method: 'POST',
    path: '/api/accounting-periods/lock',
    body: z.object({
      periodId: z.string().min(1),
      reason: z.string().trim().min(1, written(say`Say why it is locked.`)),
    }),
    fields: { 'target.id': 'periodId', 'reason.code': 'reason', 'reason.note': 'reason' },
    toRequest: ({ periodId, reason }) => ({
      ...{ targetId: String(periodId), input: {}, reason: String(reason) },
    }),
    beside: ({ id }) => ({
      ...{ success: true, approvalRequestId: id },
      message: say`The lock of the accounting period waits for a second person of finance`,
    }),
  },
  present: {
    title: say`Lock`,
    tone: 'danger',
    help: say`Nothing is posted into it any more.`,
    ifWrong: say`A lock is not taken back. What was forgotten is posted into the month that is open.`,
  },
  // What is posted meanwhile leaves the version as it is, and is another thing to agree to.
  restsOn: ({ postings, totals = [] }) =>
    [postings, ...totals.map(({ amount, currency }) => `${amount} ${currency}`)].join(', '),
  offeredOn: ({ state }) => state === 'open',
  decide(period, _input, { now, reason }) {
    const { id, state, ends_at, earlier_open, earlier_month, postings } = period
    if (state === 'locked') return refuse('period_locked', say`It is locked already.`)
    if (Date.parse(ends_at) > now.getTime()) {
      return refuse('period_not_over', say`It is not over before ${new Date(ends_at)}.`)
    }
    if (earlier_open !== undefined) {
      return refuse('earlier_period_open', say`${earlier_month ?? earlier_open} has to be locked before it.`)
    }
    return accept({ id, reason: reason?.code ?? OTHER.code, postings: postings ?? 0 })
  },
  preview: (period) => ({
    subject: monthOf(period),
    summary: say`Nothing is posted into ${monthOf(period)} any more.`,
    changes: [{ label: say`Accounting period`, before: say`open`, after: say`locked` }],
    effects: [
      say`It has ${period.postings ?? 0} postings.`,
      ...(period.totals ?? []).map((total) => say`They debit and credit ${moneyText(total)}.`),
      say`Nobody can open it again.`,
    ],
  }),
  effect: deliverToTreasury(({ id, reason, postings }, { upstreams, key, targetVersion, signal }) =>
    upstreams.treasury.lock(id, { reason, postings }, { key, ifMatch: targetVersion, signal }),
  ),
})
