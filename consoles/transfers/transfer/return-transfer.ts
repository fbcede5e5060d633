import {
  accept,
  type DecideContext,
  defineAction,
  refuse,
  refuseField,
} from '@countersign/kernel/actions/define-action.ts'
import { say } from '@countersign/kernel/languages/say.ts'
import { z } from 'zod'
import {
  achReasonsOf,
  type ReturnReason,
  returnReason,
  returnReasonsOf,
} from '../reason-codes/reason-codes.ts'
import type { Upstreams } from '../upstreams.ts'
import { deliverToCts } from './deliver-to-cts.ts'
import { fromTo } from './from-to.ts'
import { railName } from './rail-name.ts'
import { returnDeadline } from './return-deadline.ts'
import { secondReturn } from './second-return.ts'
import { stateTitle } from './state-title.ts'
import type { Transfer } from './transfer.ts'
import { transfer } from './transfer-entity.ts'
import { whileFrozen } from './while-frozen.ts'

type Accepted = { readonly id: string; readonly case: 'book' | 'send_back'; readonly reason: string }

const everyReason = uniqueByCode([
  ...returnReasonsOf('ach'),
  ...achReasonsOf('dishonour'),
  ...achReasonsOf('contest'),
  ...returnReasonsOf('sepa_ct'),
])

/**
 * A transfer goes back. Two cases, told apart by the transfer: the bank sent a return of one that we originated, and it
 * is booked; or an entry that came in is sent back within the rail's deadline.
 */
export const returnTransfer = defineAction<Transfer, z.ZodObject, Accepted, Upstreams>(
  {
    name: 'transfers.return_transfer',
    risk: 'high',
    movesMoney: true,
    target: transfer,
    input: z.object({}),
    reasons: returnReasonsFor,
    approvals: { required: 1, eligibleRoles: ['transfers/ADMIN'], expiresInS: 24 * 3600 },
    door: {
      method: 'POST',
      path: '/returns',
      body: z.object({ transferId: z.string(), reason: z.string() }),
      fields: { 'target.id': 'transferId', 'reason.code': 'reason', 'reason.note': 'reason' },
      toRequest: (body) => ({
        targetId: String(body.transferId),
        input: {},
        reason: String(body.reason),
        reasonIsCode: true,
      }),
    },
    excludes: ['transfers.dishonour_return', 'transfers.send_again'],
    present: {
      title: say`Return transfer`,
      tone: 'danger',
      help: say`Books a return that the bank sent, or sends an incoming entry back.`,
      ifWrong: say`A return that was booked can be dishonoured until the deadline that the record then names, where its rail knows that. What was sent back is final.`,
    },
    attributes: (record) => ({ amount: record.amount, rail: record.rail }),
    decide(record, _input, context) {
      switch (record.state) {
        case 'return_received':
          return (
            whileFrozen(record) ??
            withReason(record, context, (code) => accept({ id: record.id, case: 'book', reason: code }))
          )
        case 'settled':
          if (record.direction === 'outgoing') {
            return refuse('no_return_received', say`It went out and the bank has sent no return of it.`)
          }
          return (
            whileFrozen(record) ??
            withReason(record, context, (code) => {
              const deadline = returnDeadline(record, code)
              if (deadline !== undefined && context.now > deadline) {
                return refuse(
                  'return_window_closed',
                  say`For ${code} it could be sent back until ${deadline}.`,
                )
              }
              return accept({ id: record.id, case: 'send_back', reason: code })
            })
          )
        case 'return_dishonoured':
          return refuse(
            'return_dishonoured',
            record.direction === 'outgoing'
              ? say`Its return was dishonoured: it stands as settled, unless the bank contests that.`
              : say`Its bank dishonoured what was sent back, and that was accepted: it stands as settled.`,
          )
        case 'dishonour_received':
          return refuse(
            'dishonour_received',
            say`It was sent back and its bank dishonoured that: contest or accept the dishonour.`,
          )
        case 'created':
          return refuse('transfer_not_settled', say`It has not settled yet; there is nothing to return.`)
        case 'returned':
          return refuse('already_returned', say`It was returned already, for ${record.return.code}.`)
        case 'cancelled':
          return refuse('transfer_cancelled', say`It was cancelled; no money moved.`)
        default:
          return record satisfies never
      }
    },
    preview(record, _input, { reason }) {
      const { amount } = record
      const booking = record.state === 'return_received'
      const [from, to] = fromTo(record)
      const otherCode = booking && reason !== undefined && reason.code !== record.return.code
      return {
        summary: booking
          ? say`The bank's return ${record.return.code} of ${amount} from ${from} to ${to} is booked.`
          : say`${amount} from ${from} to ${to} is sent back to the bank it came from.`,
        changes: [{ label: say`Transfer`, before: stateTitle(record.state), after: stateTitle('returned') }],
        ...(otherCode
          ? {
              warnings: [
                say`The bank returned it for ${record.return.code}; it is booked for ${reason.code} instead.`,
              ],
            }
          : {}),
        effects: [
          ...(booking && record.return.original_transfer_id !== undefined
            ? [secondReturn(record.return.original_transfer_id)]
            : []),
          booking && record.settled_at === undefined
            ? say`No settlement of ours is behind it: the ledger posts ${amount} to unidentified returns.`
            : booking
              ? say`The ledger posts the exact reverse of what settling posted: ${amount}.`
              : say`An entry of ${amount} leaves by ${railName(record.rail)}; the ledger posts the exact reverse of the receipt.`,
          say`It leaves the queue of returns when the core transfer service confirms it.`,
        ],
      }
    },
    effect: deliverToCts(({ id, ...request }, { upstreams, key, targetVersion, signal }) =>
      upstreams.cts.returnTransfer(id, request, { key, ifMatch: targetVersion, signal }),
    ),
  },
  everyReason,
)

/** The reason must be on the rail's published list; while none is chosen yet, the longest deadline is looked at. */
function withReason(
  record: Transfer,
  { reason }: DecideContext,
  decide: (code: string) => ReturnType<typeof accept<Accepted>> | ReturnType<typeof refuse>,
) {
  const allowed = returnReasonsFor(record).map(({ code }) => code)
  if (reason && !allowed.includes(reason.code)) {
    return refuseField('reason.code', say`must be a return reason of ${railName(record.rail)}`, allowed)
  }
  return decide(reason?.code ?? longestLivedReason(record))
}

/** Those of the rail, and whatever the bank itself gave: that books its return. */
function returnReasonsFor(record: Transfer): readonly ReturnReason[] {
  const reasons = returnReasonsOf(record.rail)
  const given = record.state === 'return_received' ? returnReason(record.rail, record.return.code) : undefined
  return given && !reasons.some(({ code }) => code === given.code) ? [...reasons, given] : reasons
}

/** A reason with the extended deadline: before one is chosen, a return is possible as long as any reason allows it. */
function longestLivedReason(record: Transfer): string {
  return record.rail === 'ach' ? 'R10' : 'FOCR'
}

function uniqueByCode(reasons: readonly ReturnReason[]): ReturnReason[] {
  return [...new Map(reasons.map((reason) => [reason.code, reason])).values()]
}
