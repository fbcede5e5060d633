import type { Kernel } from '@countersign/kernel/kernel.ts'
import { type Cursor, queuePage } from '@countersign/kernel/queues/queue-query.ts'
import { returnsQueue } from '@countersign/transfers/transfer/returns-queue.ts'
import pg from 'pg'
import type { BenchEnvironment } from './bench-environment.ts'
import { type Quantiles, quantiles } from './quantiles.ts'
import type { Row } from './results.ts'

/** S-07: a page of 50 with three filters, anywhere in the list. */
const PAGE_ROWS = 50
const FILTERS = { rail: ['ach'], code: ['R01'], currency: ['USD'] }
const PAGES = 1_000
const WARM_UP_PAGES = 100
const FEW_ITEMS = 50_000
const CLIENTS = 16
const SEED_STEP_ITEMS = 100_000
const TARGET_MS = 2
const TARGET_CLIENTS_MS = 20
const TARGET_RATIO = 1.5

/**
 * How long the database takes for a page of the returns queue, by the product's own query as the server's role, one
 * client and sixteen, beside the same by OFFSET and by the same list with 50,000 items.
 *
 * @param items how many items the large list has
 */
export async function queuePageRows(environment: BenchEnvironment, items: number): Promise<Row[]> {
  const { superuser } = environment
  const pool = new pg.Pool({ connectionString: environment.databaseUrl('app'), max: CLIENTS })
  try {
    await superuser.query('TRUNCATE transfers.returns_item')
    await seed(superuser, 0, Math.min(FEW_ITEMS, items))
    const few = await measure(pool, 1)
    await seed(superuser, Math.min(FEW_ITEMS, items), items)
    const one = await measure(pool, 1)
    const many = await measure(pool, CLIENTS)
    const offset = await measureOffset(superuser, items)
    const ratio = one.p99 / few.p99
    const what = `page of ${PAGE_ROWS}, three filters, ${items.toLocaleString('en')} items`
    return [
      {
        id: 'S-07',
        what: `${what}, 1 client`,
        value: `p99 ${one.p99.toFixed(2)} ms`,
        limit: `${offset.p99.toFixed(0)} ms by OFFSET`,
        target: `≤ ${TARGET_MS} ms`,
        met: one.p99 <= TARGET_MS,
        note: `round trip included; p50 ${one.p50.toFixed(2)} ms; ${PAGES} pages at random places`,
      },
      {
        id: 'S-07',
        what: `the same, ${CLIENTS} clients`,
        value: `p99 ${many.p99.toFixed(2)} ms`,
        limit: '–',
        target: `≤ ${TARGET_CLIENTS_MS} ms`,
        met: many.p99 <= TARGET_CLIENTS_MS,
        note: `p50 ${many.p50.toFixed(2)} ms; clients and PostgreSQL share the cores`,
      },
      {
        id: 'S-07',
        what: `the same, beside ${FEW_ITEMS.toLocaleString('en')} items`,
        value: `p99 ${one.p99.toFixed(2)} ms`,
        limit: `${few.p99.toFixed(2)} ms`,
        ratio,
        target: `≤ ${TARGET_RATIO}`,
        met: ratio <= TARGET_RATIO,
        note: `p50 ${one.p50.toFixed(2)} ms beside ${few.p50.toFixed(2)} ms`,
      },
    ]
  } finally {
    await pool.end()
  }
}

/** Open items of a year, of 3 rails, 10 codes and 4 currencies, one in a hundred of them somebody's. */
async function seed(superuser: pg.Pool, from: number, to: number): Promise<void> {
  for (let at = from; at < to; at += SEED_STEP_ITEMS) {
    await superuser.query(
      `WITH item AS (
         INSERT INTO transfers.returns_item (item_id, version, subject_kind, subject_id, title, state, opened_at, due_at, kind,
                                             code, rail, currency, amount, originator, receiver)
         SELECT 'page_' || n, 1, 'transfer', 'page_' || n, 'R01 · 1.00 USD', 'open', at, at + interval '4 hours', 'return',
                'R0' || n % 10, (ARRAY['ach', 'sepa_ct', 'wire'])[1 + n / 10 % 3],
                (ARRAY['USD', 'EUR', 'GBP', 'CHF'])[1 + n / 30 % 4], '1.00', 'A', 'B'
           FROM (SELECT n, timestamptz '2026-01-01Z' + (hashint8(n)::bigint + 2147483648) * interval '7 milliseconds' AS at
                   FROM generate_series($1::integer, $2::integer) AS n) AS made
         RETURNING item_id
       )
       INSERT INTO kernel.assignment (queue, item_id, assignee, version, assigned_at)
       SELECT 'transfers.returns', item_id, 'bench', 1, now() FROM item WHERE hashtext(item_id) % 100 = 0
       ON CONFLICT DO NOTHING`,
      [at, Math.min(at + SEED_STEP_ITEMS, to) - 1],
    )
  }
  await superuser.query('VACUUM ANALYZE transfers.returns_item')
  await superuser.query('VACUUM ANALYZE kernel.assignment')
}

async function measure(pool: pg.Pool, clients: number): Promise<Quantiles> {
  const kernel = { pool } as Pick<Kernel, 'pool'> as Kernel
  const page = () =>
    queuePage(
      kernel,
      returnsQueue,
      { state: 'open', snoozed: 'no', columns: FILTERS },
      'due_at',
      anywhere(),
      PAGE_ROWS,
    )
  for (let n = 0; n < WARM_UP_PAGES; n += 1) await page()
  const took: number[] = []
  const client = async () => {
    while (took.length < PAGES) {
      const started = performance.now()
      await page()
      took.push(performance.now() - started)
    }
  }
  await Promise.all(Array.from({ length: clients }, client))
  return quantiles(took)
}

/** The same pages as a list with page numbers would read them. */
async function measureOffset(superuser: pg.Pool, items: number): Promise<Quantiles> {
  const matching = Math.floor(items / 120)
  const took: number[] = []
  for (let n = 0; n < 20; n += 1) {
    const started = performance.now()
    await superuser.query(
      `SELECT item_id FROM transfers.returns_item
        WHERE state = 'open' AND rail = 'ach' AND code = 'R01' AND currency = 'USD'
        ORDER BY due_at, item_id LIMIT $1 OFFSET $2`,
      [PAGE_ROWS, Math.floor(Math.random() * matching)],
    )
    took.push(performance.now() - started)
  }
  return quantiles(took)
}

/** A place in the year over which the items are spread. */
function anywhere(): Cursor {
  const at = Date.UTC(2026, 0, 1) + Math.random() * 330 * 86_400_000
  return { at: new Date(at).toISOString(), id: '' }
}
