import type { Transaction } from '../database/database.ts'
import { type Refusal, refuse } from '../http/problem.ts'
import { type Outcome, staleVersion } from '../http/route.ts'
import { frozenAmong } from './frozen-parties.ts'
import { readForUpdate } from './read-for-update.ts'
import type { Transfer } from './transfer.ts'

/** What is asked of one transfer, by whom it is known later, and on which version. */
export type Asked = {
  readonly id: string
  readonly ifMatch: number | undefined
  readonly key: string | undefined
  readonly now: Date
}

/**
 * One decision on one transfer, as it is at that moment: refused, or carried out and answered with what it is then.
 *
 * @param options.movesMoney true: refused while one of its parties is frozen
 */
export async function changeTransfer(
  tx: Transaction,
  asked: Asked,
  options: { readonly movesMoney: boolean },
  refusal: (transfer: Transfer) => Refusal | undefined,
  carryOut: (transfer: Transfer) => Promise<Refusal | Record<string, unknown> | undefined>,
): Promise<Outcome> {
  const transfer = await readForUpdate(tx, asked.id)
  if (!transfer) return refuse('not_found', `There is no transfer ${asked.id}.`)
  const refused = staleVersion(asked.ifMatch, transfer.version) ?? refusal(transfer)
  if (refused) return refused
  if (options.movesMoney) {
    const frozen = await frozenAmong(tx, [transfer.originator.party_id, transfer.receiver.party_id])
    if (frozen.length > 0) {
      return refuse('party_frozen', `${frozen.join(' and ')} is frozen: no money of it may move.`)
    }
  }
  const beside = await carryOut(transfer)
  if (beside && 'refused' in beside) return beside as Refusal
  const changed = await readForUpdate(tx, asked.id)
  return { status: 201, body: { transfer: changed, ...beside }, version: changed?.version }
}

/** The reason is none of those that are allowed. */
export function wrongReason(
  code: 'reason_not_of_rail' | 'reason_not_of_history',
  allowed: readonly string[],
  why: string,
): Refusal {
  const message = `must be one of ${allowed.join(', ')}: ${why}`
  return refuse(code, `code ${message}.`, [{ field: 'code', message, allowed }])
}

/** The moment has passed. */
export function tooLate(until: string, now: Date, what: string): Refusal | undefined {
  if (now <= new Date(until)) return undefined
  return refuse('return_window_closed', `${what} until ${until}; it is now ${now.toISOString()}.`)
}
