import { z } from 'zod'
import type { Transaction } from '../database/database.ts'
import { text } from '../http/fields.ts'
import { type Refusal, refuse } from '../http/problem.ts'
import type { Outcome } from '../http/route.ts'
import { type Asked, changeTransfer, tooLate, wrongReason } from './change-transfer.ts'
import { acceptDishonours, contestDishonours } from './move-transfers.ts'
import { reasonsFor } from './return-reasons.ts'
import type { Transfer } from './transfer.ts'

export const ContestRequest = z.strictObject({ code: text(10, 1), note: text(4_000).optional() })
export const AcceptRequest = z.strictObject({ note: text(4_000).optional() })

/** Insists on an entry that we sent back and that its bank dishonoured, within two banking days. */
export async function contestDishonour(
  tx: Transaction,
  request: z.infer<typeof ContestRequest>,
  asked: Asked,
): Promise<Outcome> {
  const { now } = asked
  return changeTransfer(
    tx,
    asked,
    { movesMoney: false },
    (transfer) => {
      const dishonour = transfer.return?.dishonour
      if (transfer.state !== 'dishonour_received' || !dishonour) return nothingToAnswer(transfer)
      const codes = Object.keys(reasonsFor('ach', 'contest'))
      if (!codes.includes(request.code)) {
        return wrongReason('reason_not_of_rail', codes, 'what contests a dishonour')
      }
      const fitting = codes.filter((code) => answersDishonour(code, dishonour))
      if (!fitting.includes(request.code)) {
        return wrongReason('reason_not_of_history', fitting, `what answers ${dishonour.code}`)
      }
      return tooLate(dishonour.contest_by, now, 'It could be contested')
    },
    async (transfer) => {
      const contest = { ...request, at: now.toISOString() }
      await contestDishonours(tx, [{ id: transfer.id, at: now, contest }], asked.key)
      return undefined
    },
  )
}

/** Lets a bank's dishonour stand: the entry that we sent back is ours again. */
export async function acceptDishonour(tx: Transaction, asked: Asked): Promise<Outcome> {
  return changeTransfer(
    tx,
    asked,
    { movesMoney: true },
    (transfer) => (transfer.state === 'dishonour_received' ? undefined : nothingToAnswer(transfer)),
    async (transfer) => {
      await acceptDishonours(tx, [{ id: transfer.id, at: asked.now }], asked.key)
      return undefined
    },
  )
}

function nothingToAnswer({ direction, state }: Transfer): Refusal {
  return refuse(
    'dishonour_not_contestable',
    `It is ${direction} and ${state}; only a return of ours that its bank dishonoured is contested or accepted.`,
  )
}

/** Nacha Operating Rules, Appendix Four: which dishonour each contest answers. */
const ANSWERS: Readonly<Record<string, string>> = {
  R73: 'R68',
  R74: 'R69',
  R75: 'R67',
  R76: 'R69',
  R77: 'R62',
}

function answersDishonour(code: string, dishonour: { code: string; at: string; due_by: string }): boolean {
  if (code === 'R71') return true
  if (code === 'R72') return new Date(dishonour.at) > new Date(dishonour.due_by)
  return ANSWERS[code] === dishonour.code
}
