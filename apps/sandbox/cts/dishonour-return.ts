import { z } from 'zod'
import type { Transaction } from '../database/database.ts'
import { text } from '../http/fields.ts'
import { type Refusal, refuse } from '../http/problem.ts'
import type { Outcome } from '../http/route.ts'
import { type Asked, changeTransfer, tooLate, wrongReason } from './change-transfer.ts'
import { dishonourReturns } from './move-transfers.ts'
import { contestBy, dishonourBy } from './return-deadlines.ts'
import { reasonsFor } from './return-reasons.ts'
import type { Transfer } from './transfer.ts'

/** Nacha Operating Rules, Appendix Four: what a dishonour with R69 names, in the order of its codes 01 to 07. */
export const RETURN_FIELDS = [
  'account',
  'original_trace',
  'amount',
  'individual_id',
  'transaction_code',
  'company_id',
  'effective_date',
] as const

export const DishonourRequest = z.strictObject({
  code: text(10, 1),
  incorrect_field: z.enum(RETURN_FIELDS).optional(),
  note: text(4_000).optional(),
})

/** Sends a bank's return of an outgoing entry back to it, within five banking days. */
export async function dishonourReturn(
  tx: Transaction,
  request: z.infer<typeof DishonourRequest>,
  asked: Asked,
): Promise<Outcome> {
  const { now } = asked
  return changeTransfer(
    tx,
    asked,
    { movesMoney: true },
    (transfer) => refusalOfDishonour(transfer, request, now),
    async (transfer) => {
      const dishonour = {
        ...request,
        at: now.toISOString(),
        due_by: dueBy(transfer),
        contest_by: contestBy(now).toISOString(),
      }
      await dishonourReturns(tx, [{ id: transfer.id, at: now, dishonour }], asked.key)
      return undefined
    },
  )
}

function refusalOfDishonour(
  transfer: Transfer,
  request: z.infer<typeof DishonourRequest>,
  now: Date,
): Refusal | undefined {
  const received = transfer.return
  if (
    transfer.rail !== 'ach' ||
    transfer.direction !== 'outgoing' ||
    !['return_received', 'returned'].includes(transfer.state) ||
    received?.dishonour !== undefined ||
    transfer.sent_again_as !== undefined
  ) {
    return refuse(
      'return_not_dishonourable',
      `It is ${transfer.direction} by ${transfer.rail} and ${transfer.state}; what can be dishonoured is a bank's ACH return that was neither dishonoured before nor sent again.`,
    )
  }
  const codes = Object.keys(reasonsFor('ach', 'dishonour'))
  if (!codes.includes(request.code))
    return wrongReason('reason_not_of_rail', codes, 'what dishonours a return')
  const fitting = codes.filter((code) => fitsHistory(code, transfer))
  if (!fitting.includes(request.code)) {
    return wrongReason('reason_not_of_history', fitting, 'what fits this return')
  }
  if ((request.code === 'R69') !== (request.incorrect_field !== undefined)) {
    const message =
      request.code === 'R69' ? 'is required with R69: what is wrong in the return' : 'is for R69 alone'
    return refuse('invalid_request', `incorrect_field ${message}.`, [
      { field: 'incorrect_field', message, allowed: request.code === 'R69' ? RETURN_FIELDS : [] },
    ])
  }
  return tooLate(dueBy(transfer), now, 'It could be dishonoured')
}

/** Whether what is known of a return allows that code of it. */
function fitsHistory(code: string, { side, return: received }: Transfer): boolean {
  switch (code) {
    // What reversed a debit came back.
    case 'R62':
      return side === 'debit'
    case 'R67':
      return received?.original_transfer_id !== undefined
    case 'R68':
      return received?.due_by !== undefined && new Date(received.received_at) > new Date(received.due_by)
    case 'R70':
      return received?.code === 'R06' || received?.code === 'R31'
    default:
      return true
  }
}

function dueBy({ return: received, created_at }: Transfer): string {
  return received?.dishonour_by ?? dishonourBy(new Date(received?.received_at ?? created_at)).toISOString()
}
