import type { Database, Transaction } from '../database/database.ts'
import type { SettlementConfig } from './merchant.ts'
import { recordSettlements } from './record-settlements.ts'
import { cutOffAfter } from './settlement-period.ts'

const LOOK_INTERVAL_MS = 1_000

type Due = {
  readonly merchant_id: string
  readonly currency: string
  readonly pending_minor: string
  readonly period_start: Date
  readonly due_at: Date
  readonly settlement: SettlementConfig
}

/**
 * Settles every period whose cut-off has come, also those that passed while nothing ran. A period is settled in one
 * transaction with its posting and the move of the balance, so that whoever is killed in between has done nothing.
 *
 * A merchant's state is not read: suspending somebody keeps no money from him.
 */
export async function settleMerchants(database: Database, now: Date): Promise<void> {
  let more = true
  while (more) more = await database.transaction((tx) => settleNext(tx, now))
}

/** Settles what is due, at the start and then by the sandbox's clock; the function that is returned stops. */
export function settleBySchedule(
  database: Database,
  now: () => Date,
  report: (error: Error) => void,
): () => Promise<void> {
  let underWay: Promise<void> | undefined
  const look = () => {
    underWay ??= settleMerchants(database, now())
      .catch((error: unknown) => report(error instanceof Error ? error : new Error(String(error))))
      .finally(() => {
        underWay = undefined
      })
  }
  look()
  const timer = setInterval(look, LOOK_INTERVAL_MS)
  return async () => {
    clearInterval(timer)
    await underWay
  }
}

/** @returns whether there was one */
async function settleNext(tx: Transaction, now: Date): Promise<boolean> {
  const { rows } = await tx.query<Due>(
    `SELECT b.merchant_id, b.currency, b.pending_minor::text AS pending_minor, b.period_start, b.due_at,
            merchants.merchant_json(m) #> '{config,settlement}' AS settlement
     FROM merchants.balance b JOIN merchants.merchant m ON m.id = b.merchant_id
     WHERE b.due_at <= $1 ORDER BY b.due_at, b.merchant_id LIMIT 1 FOR UPDATE OF b`,
    [now],
  )
  const due = rows[0]
  if (!due) return false
  if (BigInt(due.pending_minor) > 0n) {
    const { merchant_id, currency, period_start, due_at: period_end } = due
    const amount_minor = BigInt(due.pending_minor)
    await recordSettlements(tx, [
      { merchant_id, currency, amount_minor, period_start, period_end, settled_at: now },
    ])
  }
  await tx.query(
    `UPDATE merchants.balance SET settled_minor = settled_minor + pending_minor, pending_minor = 0,
       period_start = due_at, due_at = $2, version = version + 1
     WHERE merchant_id = $1`,
    [due.merchant_id, cutOffAfter(due.settlement, due.due_at)],
  )
  return true
}
