import { z } from 'zod'
import type { Transaction } from '../database/database.ts'
import { text } from '../http/fields.ts'
import { type Refusal, refuse } from '../http/problem.ts'
import { type Outcome, staleVersion } from '../http/route.ts'
import { frozenAmong } from './frozen-parties.ts'
import { returnTransfers } from './move-transfers.ts'
import { readForUpdate } from './read-for-update.ts'
import { deadlineClass, reasonsFor } from './return-reasons.ts'
import type { Transfer } from './transfer.ts'

export const ReturnRequest = z.strictObject({
  case: z.enum(['book', 'send_back']),
  reason: text(10, 1),
  note: text(4_000).optional(),
})

/**
 * Books a bank's return of an outgoing transfer, or sends an incoming one back within its deadline, and
 * reverses what its settling posted.
 */
export async function returnTransfer(
  tx: Transaction,
  now: Date,
  id: string,
  request: z.infer<typeof ReturnRequest>,
  ifMatch: number | undefined,
  key: string | undefined,
): Promise<Outcome> {
  const transfer = await readForUpdate(tx, id)
  if (!transfer) return refuse('not_found', `There is no transfer ${id}.`)
  const stale = staleVersion(ifMatch, transfer.version)
  if (stale) return stale
  const notReturnable = refusalOfState(transfer, request.case)
  if (notReturnable) return notReturnable
  const frozen = await frozenAmong(tx, [transfer.originator.party_id, transfer.receiver.party_id])
  if (frozen.length > 0) {
    return refuse('party_frozen', `${frozen.join(' and ')} is frozen: no transfer of it may be returned.`)
  }
  const wrongReason = refusalOfReason(transfer, request.reason)
  if (wrongReason) return wrongReason
  if (request.case === 'send_back') {
    const late = refusalOfDeadline(transfer, request.reason, now)
    if (late) return late
  }
  await returnTransfers(tx, [{ id, at: now, ...request }], key)
  const returned = await readForUpdate(tx, id)
  return { status: 201, body: { transfer: returned }, version: returned?.version }
}

function refusalOfState(transfer: Transfer, wanted: 'book' | 'send_back'): Refusal | undefined {
  const { direction, state } = transfer
  const needed =
    wanted === 'book'
      ? { direction: 'outgoing', state: 'return_received' }
      : { direction: 'incoming', state: 'settled' }
  if (direction === needed.direction && state === needed.state) return undefined
  return refuse(
    'transfer_not_returnable',
    `It is ${direction} and ${state}; ${wanted} is for ${needed.direction} transfers that are ${needed.state}.`,
  )
}

function refusalOfReason(transfer: Transfer, reason: string): Refusal | undefined {
  const codes = Object.keys(reasonsFor(transfer.rail, 'return'))
  // What the bank itself gave books its return, whatever it is.
  if (codes.includes(reason) || reason === transfer.return?.code) return undefined
  const message = `must be a return reason of ${transfer.rail}`
  return refuse('reason_not_of_rail', `reason ${message}.`, [{ field: 'reason', message, allowed: codes }])
}

function refusalOfDeadline(transfer: Transfer, reason: string, now: Date): Refusal | undefined {
  const until = transfer.return_deadlines?.[deadlineClass(transfer.rail, reason)]
  if (until === undefined || now <= new Date(until)) return undefined
  return refuse(
    'return_window_closed',
    `For ${reason} it could be sent back until ${until}; it is now ${now.toISOString()}.`,
  )
}
