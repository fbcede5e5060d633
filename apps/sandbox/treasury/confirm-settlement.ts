import { z } from 'zod'
import type { Transaction } from '../database/database.ts'
import { recordEvents } from '../events/record-events.ts'
import { text } from '../http/fields.ts'
import { refuse } from '../http/problem.ts'
import { type Outcome, staleVersion } from '../http/route.ts'
import { PAID_SETTLEMENT_EVENTS, type PaidSettlement } from './paid-settlement.ts'

export const ConfirmRequest = z.strictObject({ reason: text(200, 1), note: text(4_000).optional() })

/** Finance's word that what was paid out has arrived as it stands in the books. It posts nothing: the money has left. */
export async function confirmSettlement(
  tx: Transaction,
  asked: {
    readonly id: string
    readonly at: Date
    readonly ifMatch: number | undefined
    readonly key: string | undefined
  },
  reason: string,
): Promise<Outcome> {
  const { id, at, ifMatch, key } = asked
  const settlement = await readPaid(tx, id)
  if (!settlement) return refuse('not_found', `There is no settlement ${id}.`)
  const stale = staleVersion(ifMatch, settlement.version)
  if (stale) return stale
  if (settlement.state === 'confirmed') {
    return refuse('already_confirmed', `It was confirmed at ${settlement.confirmed_at}.`)
  }
  await tx.query(
    `UPDATE merchants.settlement SET state = 'confirmed', confirmed_at = $2, confirm_reason = $3,
       version = version + 1 WHERE id = $1`,
    [id, at, reason],
  )
  await recordEvents(tx, PAID_SETTLEMENT_EVENTS, 'settlement.confirmed', [{ id, at }], key)
  const confirmed = await readPaid(tx, id)
  return { status: 200, body: { settlement: confirmed }, version: confirmed?.version }
}

/** Held to the end of the transaction. */
async function readPaid(tx: Transaction, id: string): Promise<PaidSettlement | undefined> {
  const { rows } = await tx.query<{ settlement: PaidSettlement }>(
    `SELECT merchants.paid_settlement_json(t) AS settlement FROM merchants.settlement t WHERE id = $1 FOR UPDATE`,
    [id],
  )
  return rows[0]?.settlement
}
