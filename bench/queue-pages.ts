import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Kernel } from '@countersign/kernel/kernel.ts'
import { type Cursor, queuePage } from '@countersign/kernel/queues/queue-query.ts'
import { returnsQueue } from '@countersign/transfers/transfer/returns-queue.ts'
import pg from 'pg'
import type { BenchEnvironment } from './bench-environment.ts'
import { pgbenchProgram, runPgbench } from './pgbench.ts'
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
/** Items lie in these days of this year. */
const YEAR = 2026
const SPREAD_DAYS = 330
const TARGET_MS = 2
const TARGET_CLIENTS_MS = 20
const TARGET_RATIO = 1.5

/**
 * How long the database takes for a page of the returns queue, by the product's own statement as the server's role,
 * prepared once a connection, one client and sixteen, beside the same by OFFSET and by the same list with 50,000 items.
 * Where there is no pgbench the clients are loops of this process, which one thread then serves.
 *
 * @param items how many items the large list has
 */
export async function queuePageRows(environment: BenchEnvironment, items: number): Promise<Row[]> {
  const { superuser } = environment
  const pool = new pg.Pool({ connectionString: environment.databaseUrl('app'), max: CLIENTS })
  try {
    await superuser.query('TRUNCATE transfers.returns_item')
    await seedReturns(superuser, 0, Math.min(FEW_ITEMS, items))
    const program = pgbenchProgram()
    const measure = (clients: number) =>
      program === undefined ? throughThePool(pool, clients) : inTheDatabase(program, environment, clients)
    const few = await measure(1)
    await seedReturns(superuser, Math.min(FEW_ITEMS, items), items)
    const one = await measure(1)
    const many = await measure(CLIENTS)
    const served = await throughThePool(pool, 1)
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
        note:
          `${program === undefined ? 'by a loop in Node.js, no pgbench here' : 'by pgbench'}, round trip included; p50 ${one.p50.toFixed(2)} ms; ` +
          `${PAGES} pages at random places; through the server's own pool p50 ${served.p50.toFixed(2)} ms, p99 ${served.p99.toFixed(2)} ms`,
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
export async function seedReturns(superuser: pg.Pool, from: number, to: number): Promise<void> {
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

type Pooled = { readonly query: (query: { text: string; values: unknown[] }) => Promise<{ rows: never[] }> }

async function page(pool: pg.Pool | Pooled): Promise<void> {
  await queuePage(
    { pool } as unknown as Kernel,
    returnsQueue,
    { state: 'open', snoozed: 'no', columns: FILTERS },
    'due_at',
    anywhere(),
    PAGE_ROWS,
  )
}

/** @returns milliseconds */
async function throughThePool(pool: pg.Pool, clients: number): Promise<Quantiles> {
  for (let n = 0; n < WARM_UP_PAGES; n += 1) await page(pool)
  const took: number[] = []
  const client = async () => {
    while (took.length < PAGES) {
      const started = performance.now()
      await page(pool)
      took.push(performance.now() - started)
    }
  }
  await Promise.all(Array.from({ length: clients }, client))
  return quantiles(took)
}

/** The statement that the server sends, as it sends it, by clients that cost nothing themselves. @returns milliseconds */
async function inTheDatabase(
  program: string,
  environment: BenchEnvironment,
  clients: number,
): Promise<Quantiles> {
  let sent: { text: string; values: unknown[] } | undefined
  await page({
    query: (query) => {
      sent = query
      return Promise.resolve({ rows: [] })
    },
  })
  if (!sent) throw new Error('the page of a queue sent no statement')
  const directory = mkdtempSync(join(environment.directory, 'pages-'))
  const script = join(directory, 'page.sql')
  const each = Math.ceil(PAGES / clients)
  const values = sent.values.map((value) =>
    typeof value === 'string' && value.startsWith(`${YEAR}-`)
      ? `(timestamptz '${YEAR}-01-01Z' + :second * interval '1 second')`
      : Array.isArray(value)
        ? `ARRAY[${value.map(String).map(pg.escapeLiteral).join(', ')}]`
        : pg.escapeLiteral(String(value)),
  )
  writeFileSync(
    script,
    `\\if :prepared
\\else
PREPARE page AS ${sent.text};
\\set prepared 1
\\endif
\\set second random(0, ${SPREAD_DAYS * 86_400})
EXECUTE page(${values.join(', ')});
`,
  )
  try {
    runPgbench(
      program,
      environment.databaseUrl('app'),
      [
        ...['-f', script, '-D', 'prepared=0', '-c', String(clients), '-j', '1', '-l', '--log-prefix', 'page'],
        ...['-t', String(WARM_UP_PAGES + each)],
      ],
      directory,
    )
    // A line is: client, its transaction from 1 on, microseconds, script, seconds, microseconds.
    const lines = readdirSync(directory)
      .filter((name) => name.startsWith('page.') && name !== 'page.sql')
      .flatMap((name) => readFileSync(join(directory, name), 'utf8').trim().split('\n'))
      .map((line) => line.split(' ').map(Number))
    return quantiles(
      lines.flatMap(([, transaction = 0, micros = 0]) =>
        transaction > WARM_UP_PAGES ? [micros / 1000] : [],
      ),
    )
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
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
  const at = Date.UTC(YEAR, 0, 1) + Math.random() * SPREAD_DAYS * 86_400_000
  return { at: new Date(at).toISOString(), id: '' }
}
