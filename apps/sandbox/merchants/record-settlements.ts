import type { Transaction } from '../database/database.ts'
import { recordEvents } from '../events/record-events.ts'
import { dueFromSchemes, merchantSettlement } from '../ledger/accounts.ts'
import { recordPostings } from '../ledger/record-postings.ts'
import { PAID_SETTLEMENT_EVENTS } from '../treasury/paid-settlement.ts'
import { SETTLEMENT_EVENTS } from './settlement.ts'

export type NewSettlement = {
  readonly merchant_id: string
  readonly currency: string
  readonly amount_minor: bigint
  readonly period_start: Date
  readonly period_end: Date
  readonly settled_at: Date
}

/**
 * Records settlements, each with its posting at the ledger and what merchants and finance hear of it.
 *
 * @returns their ids, in the order given
 * @throws the database's unique_violation where a period of a merchant is settled already
 */
export async function recordSettlements(
  tx: Transaction,
  settlements: readonly NewSettlement[],
): Promise<string[]> {
  if (settlements.length === 0) return []
  const paid = settlements.map((settlement) => {
    const { merchant_id, period_end, settled_at } = settlement
    const id = `stl_${merchant_id.replace(/^mer_/, '')}.${period_end.toISOString().replace(/\D/g, '').slice(0, 12)}`
    return { ...settlement, id, posting_id: `pst_${id}`, at: settled_at }
  })
  await tx.query(
    `INSERT INTO merchants.settlement (id, merchant_id, period_start, period_end, amount_minor, currency, posting_id,
       settled_at)
     SELECT id, merchant_id, period_start, period_end, amount_minor, currency, posting_id, settled_at
     FROM jsonb_populate_recordset(NULL::merchants.settlement, $1)`,
    [JSON.stringify(paid.map((one) => ({ ...one, amount_minor: one.amount_minor.toString() })))],
  )
  await recordPostings(
    tx,
    paid.map(({ id, posting_id, merchant_id, currency, amount_minor, at }) => ({
      id: posting_id,
      kind: 'merchant_settlement',
      settlement_id: id,
      at,
      description: `Settled to merchant ${merchant_id}`,
      settlement: { account: merchantSettlement(currency), side: 'credit', amount_minor },
      counter: { account: dueFromSchemes(currency), side: 'debit', amount_minor },
    })),
  )
  await recordEvents(tx, SETTLEMENT_EVENTS, 'settlement.completed', paid)
  await recordEvents(tx, PAID_SETTLEMENT_EVENTS, 'settlement.paid_out', paid)
  return paid.map(({ id }) => id)
}
