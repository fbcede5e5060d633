import { accept, defineAction, OTHER, refuse } from '@countersign/kernel/actions/define-action.ts'
import { say, written } from '@countersign/kernel/languages/say.ts'
import { moneyText } from '@countersign/kernel/money/money.ts'
import { z } from 'zod'
import { deliverToTreasury } from '../treasury/deliver-to-treasury.ts'
import type { Upstreams } from '../upstreams.ts'
import type { Settlement } from './settlement.ts'
import { settlement } from './settlement-entity.ts'

/** finance's word that a settlement was paid out as it stands in the books. A second person of finance agrees to it. */
export const confirmSettlement = defineAction<
  Settlement,
  z.ZodObject,
  { readonly id: string; readonly reason: string },
  Upstreams
>({
  name: 'treasury.confirm_settlement',
  risk: 'high',
  movesMoney: true,
  target: settlement,
  input: z.object({}),
  reasons: [
    { code: 'bank_advice', title: say`The bank has advised the payment` },
    { code: 'statement_matched', title: say`It stands on the bank’s statement` },
    OTHER,
  ],
  approvals: {
    ...{ required: 1, leastRequired: 1 },
    ...{ eligibleRoles: ['treasury/FINANCE_ADMIN'], expiresInS: 24 * 3600 },
  },
  door: {
    method: 'POST',
    path: '/api/settlements/confirm',
    body: z.object({
      settlementId: z.string().min(1),
      reason: z.string().trim().min(1, written(say`Say why it is confirmed.`)),
    }),
    fields: { 'target.id': 'settlementId', 'reason.code': 'reason', 'reason.note': 'reason' },
    toRequest: ({ settlementId, reason }) => ({
      ...{ targetId: String(settlementId), input: {}, reason: String(reason) },
    }),
    beside: ({ id }) => ({
      ...{ success: true, approvalRequestId: id },
      message: say`Confirmation of the settlement waits for a second person of finance`,
    }),
  },
  present: {
    title: say`Confirm`,
    tone: 'neutral',
    help: say`Says that it was paid out as it stands in the books.`,
    ifWrong: say`A confirmation is not taken back. What was wrong is put right by an entry of its own.`,
  },
  offeredOn: ({ state }) => state === 'paid_out',
  attributes: ({ amount }) => ({ amount, scope: amount.currency }),
  decide({ id, state }, _input, { reason }) {
    if (state === 'confirmed') return refuse('already_confirmed', say`It is confirmed already.`)
    return accept({ id, reason: reason?.code ?? OTHER.code })
  },
  preview: ({ amount, merchant_id, merchant_name, settled_at, posting_id }) => ({
    subject: say`${moneyText(amount)} to ${merchant_name}`,
    summary: say`${moneyText(amount)} to ${merchant_name} (${merchant_id}) are confirmed as paid out.`,
    changes: [{ label: say`Settlement`, before: say`waits to be confirmed`, after: say`confirmed` }],
    effects: [
      say`It was paid out at ${new Date(settled_at)} and stands in the ledger as ${posting_id}.`,
      say`Nothing is posted and nothing is paid by this.`,
    ],
  }),
  effect: deliverToTreasury(({ id, reason }, { upstreams, key, targetVersion, signal }) =>
    upstreams.treasury.confirm(id, { reason }, { key, ifMatch: targetVersion, signal }),
  ),
})
