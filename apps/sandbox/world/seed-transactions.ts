import { randomUUID } from 'node:crypto'
import type { Transaction } from '../database/database.ts'
import { DECLINES, FAILURES } from '../merchants/transaction.ts'

const DAYS = 90
const HOUR_MS = 3_600_000

/**
 * Makes so many transactions over the 90 days before the hour of `now`, in the order of their times:
 * in few statements, so that a million takes no million round trips. Hours and weekdays have their weights, merchants
 * and gateways their shares; whatever is drawn belongs to the seed and the number of the transaction.
 */
export async function seedTransactions(
  tx: Transaction,
  seed: string,
  now: Date,
  count: number,
): Promise<void> {
  if (count === 0) return
  const end = new Date(Math.floor(now.getTime() / HOUR_MS) * HOUR_MS)
  await tx.query(
    `WITH hour AS (
       SELECT at, sum(weight) OVER (ORDER BY at) - weight AS before, weight, sum(weight) OVER () AS total
       FROM (SELECT at,
               CASE WHEN extract(isodow FROM at AT TIME ZONE 'UTC') = 6 THEN 0.75
                    WHEN extract(isodow FROM at AT TIME ZONE 'UTC') = 7 THEN 0.6 ELSE 1 END
               * CASE WHEN extract(hour FROM at AT TIME ZONE 'UTC') BETWEEN 8 AND 19 THEN 1
                      WHEN extract(hour FROM at AT TIME ZONE 'UTC') BETWEEN 6 AND 22 THEN 0.45
                      ELSE 0.12 END AS weight
             FROM generate_series($2::timestamptz - make_interval(days => $3), $2::timestamptz - interval '1 hour',
                                  interval '1 hour') AS at) h),
     slot AS (
       SELECT at, floor($4 * before / total)::bigint + 1 AS first, floor($4 * (before + weight) / total)::bigint AS last
       FROM hour),
     seller AS (
       SELECT *, row_number() OVER (ORDER BY id) - 1 AS n
       FROM merchants.merchant WHERE state <> 'pending'),
     drawn AS (
       SELECT n, date_trunc('milliseconds', slot.at + merchants.chance($1, n, 'when') * interval '1 hour') AS at,
              merchants.chance($1, n, 'merchant') AS who, merchants.chance($1, n, 'gateway') AS gateway,
              merchants.chance($1, n, 'network') AS network, merchants.chance($1, n, 'outcome') AS outcome,
              merchants.chance($1, n, 'why') AS why, merchants.chance($1, n, 'how') AS how,
              -- A sum of four is near enough to a normal distribution; amounts are log-normal.
              (merchants.chance($1, n, 'a') + merchants.chance($1, n, 'b') + merchants.chance($1, n, 'c')
                + merchants.chance($1, n, 'd') - 2) * 1.7320508 AS size
       FROM slot CROSS JOIN LATERAL generate_series(slot.first, slot.last) AS n),
     sold AS (
       -- A few sell much; what a suspended merchant would have sold, another has.
       SELECT d.*, coalesce(own.id, other.id) AS merchant_id,
              coalesce(own.settlement_currency, other.settlement_currency) AS currency,
              CASE WHEN d.how < 0.12 AND 'wallet' = ANY (coalesce(own.checkout_methods, other.checkout_methods)) THEN 'wallet'
                   WHEN d.how > 0.94 AND 'bank_transfer' = ANY (coalesce(own.checkout_methods, other.checkout_methods))
                     THEN 'bank_transfer'
                   ELSE 'card' END AS method
       FROM drawn d
       CROSS JOIN (SELECT count(*) AS sellers FROM seller) s
       LEFT JOIN seller own ON own.n = floor(d.who * d.who * s.sellers)::bigint
         AND (own.suspended_since IS NULL OR own.suspended_since > d.at)
       CROSS JOIN (SELECT id, settlement_currency, checkout_methods FROM merchants.merchant WHERE state = 'active' ORDER BY id LIMIT 1) other),
     done AS (
       SELECT *, CASE method WHEN 'wallet' THEN 'gw_purse' WHEN 'bank_transfer' THEN 'gw_quay'
                   ELSE CASE WHEN gateway < 0.5 THEN 'gw_north' WHEN gateway < 0.8 THEN 'gw_south' ELSE 'gw_west' END
                 END AS by,
              CASE WHEN outcome < 0.92 THEN NULL
                   WHEN outcome < 0.985 THEN ($5::text[])[1 + floor(why * cardinality($5::text[]))::integer]
                   ELSE ($6::text[])[1 + floor(why * cardinality($6::text[]))::integer] END AS failure_code
       FROM sold)
     INSERT INTO merchants.transaction (id, merchant_id, gateway, network, method, status, failure_code, latency_ms,
       amount_minor, currency, created_at)
     SELECT 'txn_' || left(md5($1 || ' transaction ' || n), 20), merchant_id, by,
            CASE WHEN network < 0.52 THEN 'visa' WHEN network < 0.86 THEN 'mastercard'
                 WHEN network < 0.95 THEN 'amex' ELSE 'discover' END,
            method,
            CASE WHEN outcome < 0.92 THEN 'captured' WHEN outcome < 0.985 THEN 'declined' ELSE 'failed' END,
            failure_code,
            gateways.drawn_latency(by, merchants.chance($1, n, 'latency'), failure_code IS NOT DISTINCT FROM 'gateway_timeout'),
            -- Of about 30, in the currency's own digits.
            greatest(1, round(exp(3.4 + 1.1 * size) * 10 ^ platform.currency_digits(currency)
              * CASE currency WHEN 'JPY' THEN 150 ELSE 1 END))::bigint,
            currency, at
     FROM done`,
    [seed, end, DAYS, count, DECLINES, FAILURES],
  )
  await tx.query(
    `UPDATE merchants.balance b SET pending_minor = s.captured
     FROM (SELECT t.merchant_id, sum(t.amount_minor) AS captured
           FROM merchants.transaction t JOIN merchants.balance o USING (merchant_id)
           WHERE t.status = 'captured' AND t.created_at >= o.period_start GROUP BY t.merchant_id) s
     WHERE s.merchant_id = b.merchant_id`,
  )
}

/** One event for each, as the last thing that it came to; of the same seed and hour the same. */
export async function recordTransactionEvents(tx: Transaction): Promise<void> {
  const batch = tx.batches.get('merchants') ?? { id: randomUUID(), size: 0 }
  const { rowCount } = await tx.query(
    `INSERT INTO platform.event (batch, n, id, type, occurred_at, subject_kind, subject_id, subject_version, refs, data)
     SELECT $1, $2::integer + row_number() OVER (ORDER BY t.created_at, t.id),
            'evt_' || left(md5('transaction.recorded ' || t.id), 24), 'transaction.recorded', t.created_at,
            'transaction', t.id, t.version,
            jsonb_build_array(jsonb_build_object('kind', 'merchant', 'id', t.merchant_id)),
            merchants.transaction_json(t)
     FROM merchants.transaction t`,
    [batch.id, batch.size],
  )
  batch.size += rowCount ?? 0
  tx.batches.set('merchants', batch)
}
