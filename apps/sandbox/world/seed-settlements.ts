import type { Transaction } from '../database/database.ts'
import { recordEvents } from '../events/record-events.ts'
import type { MerchantFacts } from '../merchants/merchant.ts'
import { recordSettlements } from '../merchants/record-settlements.ts'
import { cutOffBefore } from '../merchants/settlement-period.ts'
import { PAID_SETTLEMENT_EVENTS } from '../treasury/paid-settlement.ts'

const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000
/** So far back merchants were settled; of what was paid out before these last days finance has confirmed everything. */
const DAYS = 21
const UNCONFIRMED_DAYS = 2

/** Settles the periods of the last three weeks from the transactions of the world, as they would have been by the clock. */
export async function seedSettlements(
  tx: Transaction,
  merchants: readonly { readonly id: string; readonly facts: MerchantFacts }[],
  now: Date,
): Promise<void> {
  const since = new Date(now.getTime() - DAYS * DAY_MS)
  const periods = merchants.flatMap(({ id, facts }) => pastPeriods(id, facts.config.settlement, since, now))
  const { rows } = await tx.query<{
    merchant_id: string
    currency: string
    captured: string
    period_start: Date
    period_end: Date
  }>(
    `SELECT p.merchant_id, m.settlement_currency AS currency, sum(t.amount_minor)::text AS captured, p.period_start, p.period_end
     FROM jsonb_to_recordset($1) AS p (merchant_id text, period_start timestamptz, period_end timestamptz)
     JOIN merchants.merchant m ON m.id = p.merchant_id
     JOIN merchants.transaction t ON t.merchant_id = p.merchant_id AND t.status = 'captured'
       AND t.created_at >= p.period_start AND t.created_at < p.period_end
     GROUP BY p.merchant_id, m.settlement_currency, p.period_start, p.period_end
     ORDER BY p.period_end, p.merchant_id`,
    [JSON.stringify(periods)],
  )
  const ids = await recordSettlements(
    tx,
    rows.map(({ captured, ...period }) => ({
      ...{ ...period, amount_minor: BigInt(captured), settled_at: period.period_end },
    })),
  )
  await tx.query(
    `UPDATE merchants.balance b SET settled_minor = s.settled
     FROM (SELECT merchant_id, sum(amount_minor) AS settled FROM merchants.settlement GROUP BY merchant_id) s
     WHERE s.merchant_id = b.merchant_id`,
  )
  const until = now.getTime() - UNCONFIRMED_DAYS * DAY_MS
  const confirmed = rows.flatMap(({ period_end }, index) =>
    period_end.getTime() < until ? [{ id: ids[index] ?? '', at: nextMorning(period_end) }] : [],
  )
  await tx.query(
    `UPDATE merchants.settlement s SET state = 'confirmed', confirmed_at = c.at, confirm_reason = $2, version = version + 1
     FROM jsonb_to_recordset($1) AS c (id text, at timestamptz) WHERE c.id = s.id`,
    [JSON.stringify(confirmed), 'bank_advice'],
  )
  await recordEvents(tx, PAID_SETTLEMENT_EVENTS, 'settlement.confirmed', confirmed)
}

/** Those that have ended by `now`, the newest first. */
function pastPeriods(
  merchant_id: string,
  schedule: MerchantFacts['config']['settlement'],
  since: Date,
  now: Date,
) {
  const periods = []
  let period_end = cutOffBefore(schedule, now)
  while (period_end > since) {
    const period_start = cutOffBefore(schedule, new Date(period_end.getTime() - 1))
    periods.push({ merchant_id, period_start, period_end })
    period_end = period_start
  }
  return periods
}

/** Somebody comes at seven. */
function nextMorning(at: Date): Date {
  return new Date(Math.floor(at.getTime() / DAY_MS + 1) * DAY_MS + 7 * HOUR_MS)
}
