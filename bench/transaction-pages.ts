import { transactionsPage } from '@countersign/platform/transaction/transactions-query.ts'
import pg from 'pg'
import type { BenchEnvironment } from './bench-environment.ts'
import { type Quantiles, quantiles } from './quantiles.ts'
import type { Row } from './results.ts'

/** P-03: a page of 50, newest first or from a place anywhere in the list. */
const PAGE_ROWS = 50
const PAGES = 2_000
const WARM_UP_PAGES = 200
const FEW_ROWS = 10_000
const MERCHANTS = 60
const SEED_STEP_ROWS = 100_000
const DAYS = 90
const TARGET_MS = 20
const TARGET_RATIO = 2
const CENTS_MAX = 50_000

/**
 * How long a page of transactions takes, by the product's own function as the server's role through a pool of one connection: each time
 * with a set of filters drawn anew, none of them to all of them, and beside the same of 10,000 rows.
 *
 * @param rows how many transactions the large list has
 */
export async function transactionPageRows(environment: BenchEnvironment, rows: number): Promise<Row[]> {
  const { superuser } = environment
  const pool = new pg.Pool({ connectionString: environment.databaseUrl('app'), max: 1 })
  try {
    await superuser.query('TRUNCATE platform.transaction')
    await seed(superuser, 0, Math.min(FEW_ROWS, rows))
    const few = await measure(pool)
    await seed(superuser, Math.min(FEW_ROWS, rows), rows)
    const many = await measure(pool)
    const ratio = many.p99 / few.p99
    const what = `page of ${PAGE_ROWS}, any filters, ${rows.toLocaleString('en')} transactions`
    return [
      {
        ...{ id: 'P-03', what, value: `p99 ${many.p99.toFixed(2)} ms`, limit: '–' },
        ...{ target: `≤ ${TARGET_MS} ms`, met: many.p99 <= TARGET_MS },
        note: `p50 ${many.p50.toFixed(2)} ms, slowest ${many.max.toFixed(1)} ms of ${PAGES.toLocaleString('en')} pages; through a pool, round trips and reading in Node.js included`,
      },
      {
        ...{ id: 'P-03', what: `the same, beside ${FEW_ROWS.toLocaleString('en')}` },
        ...{ value: `p99 ${many.p99.toFixed(2)} ms`, limit: `${few.p99.toFixed(2)} ms`, ratio },
        ...{ target: `≤ ${TARGET_RATIO}`, met: ratio <= TARGET_RATIO },
        note: `p50 ${many.p50.toFixed(2)} ms beside ${few.p50.toFixed(2)} ms`,
      },
    ]
  } finally {
    await pool.end()
  }
}

/** Of 60 merchants, a few of which sell the most, of four gateways and three outcomes, spread over 90 days; most amounts are small. */
async function seed(superuser: pg.Pool, from: number, to: number): Promise<void> {
  for (let at = from; at < to; at += SEED_STEP_ROWS) {
    await superuser.query(
      `INSERT INTO platform.transaction (transaction_id, version, merchant_id, gateway, network, method, status, failure_code,
              amount, currency, amount_e4, created_at)
       SELECT 'txn_' || md5(n::text), 1, 'mer_' || floor(who * who * $3), 'gw_' || floor(way * way * 4), 'visa', 'card',
              CASE WHEN came < 0.92 THEN 'captured' WHEN came < 0.985 THEN 'declined' ELSE 'failed' END, NULL,
              (cents / 100.0)::text, 'USD', cents * 100, timestamptz '2026-01-01Z' + at * $4 * interval '1 day'
         FROM (SELECT n, random() AS who, random() AS way, random() AS came, random() AS at,
                      (1 + power(random(), 4) * $5)::bigint AS cents
                 FROM generate_series($1::integer, $2::integer) AS n) AS drawn`,
      [at, Math.min(at + SEED_STEP_ROWS, to) - 1, MERCHANTS, DAYS, CENTS_MAX],
    )
  }
  await superuser.query('VACUUM ANALYZE platform.transaction')
}

/** @returns milliseconds */
async function measure(pool: pg.Pool): Promise<Quantiles> {
  const took: number[] = []
  for (let n = 0; n < WARM_UP_PAGES + PAGES; n += 1) {
    const query = anyPage()
    const started = performance.now()
    await transactionsPage(pool, query)
    if (n >= WARM_UP_PAGES) took.push(performance.now() - started)
  }
  return quantiles(took)
}

function anyPage(): Parameters<typeof transactionsPage>[1] {
  const half = () => Math.random() < 0.5
  const day = Math.random() * DAYS
  const time = (days: number) => new Date(Date.UTC(2026, 0, 1) + days * 86_400_000).toISOString()
  const least = Math.random() ** 4 * (CENTS_MAX / 100)
  // From a cent to all there is: what few and what many have.
  const span = 10 ** (Math.random() * 5 - 2)
  const cursor = { at: time(Math.random() * DAYS).replace('Z', '000Z'), id: '' }
  return {
    limit: PAGE_ROWS,
    ...(half() ? { cursor: JSON.stringify(cursor) } : {}),
    filters: {
      ...(half() ? { merchant_id: `mer_${Math.floor(Math.random() * MERCHANTS)}` } : {}),
      ...(half() ? { gateway: `gw_${Math.floor(Math.random() * 4)}` } : {}),
      ...(half() ? { status: ['captured', 'declined', 'failed'][Math.floor(Math.random() * 3)] } : {}),
      ...(half() ? { from: time(day) } : {}),
      ...(half() ? { to: time(day + Math.random() * (DAYS - day)) } : {}),
      ...(half() ? { amount_from: least.toFixed(2) } : {}),
      ...(half() ? { amount_to: (least + span).toFixed(2) } : {}),
    },
  }
}
