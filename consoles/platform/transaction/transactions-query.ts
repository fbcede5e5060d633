import type { ListQuery, ListReading } from '@countersign/kernel/entities/define-entity.ts'
import { entityId } from '@countersign/kernel/entities/entity-ref.ts'
import { cursorTime, cursorTimeSql } from '@countersign/kernel/http/cursor.ts'
import type { Kernel } from '@countersign/kernel/kernel.ts'
import { z } from 'zod'
import { tenThousandths } from './ten-thousandths.ts'
import type { ListedTransaction, TRANSACTION_STATUSES } from './transaction.ts'

/** Of as many of about one amount the newest are sorted out; where there are more, one of them is never far from the newest of all. */
const SORTED_MAX = 5_000

type Pool = Pick<Kernel['pool'], 'query'>

const place = z.strictObject({ at: cursorTime, id: entityId })
const COLUMNS = `t.transaction_id AS id, t.tenant_id, t.version, t.merchant_id, t.gateway, t.network, t.method, t.status,
  t.failure_code, t.amount, t.currency, ${cursorTimeSql('t.created_at')} AS at`

type Row = {
  readonly id: string
  readonly tenant_id: string | null
  readonly version: number
  readonly merchant_id: string
  readonly gateway: string
  readonly network: string
  readonly method: string
  readonly status: (typeof TRANSACTION_STATUSES)[number]
  readonly failure_code: string | null
  readonly amount: string
  readonly currency: string
  readonly at: string
  readonly merchant_name: string | null
  readonly gateway_name: string | null
}

/**
 * P-03: one page of transactions, newest first, by keyset. Each filter is a condition on an index that holds what it looks at; only those
 * that are asked for stand in the statement, so that it is planned for them.
 */
export async function transactionsPage(
  pool: Pool,
  { limit, cursor, filters }: ListQuery,
): Promise<ListReading<ListedTransaction>> {
  const after = cursor === undefined ? null : placeOf(cursor)
  if (after === undefined) return { status: 'no_such_cursor' }
  const values: unknown[] = []
  const given = (value: unknown) => `$${values.push(value)}`
  const amount: string[] = []
  const where: string[] = []
  const { merchant_id, gateway, status, from, to, amount_from, amount_to } = filters
  if (amount_from !== undefined) amount.push(`t.amount_e4 >= ${given(String(tenThousandths(amount_from)))}`)
  if (amount_to !== undefined) amount.push(`t.amount_e4 <= ${given(String(tenThousandths(amount_to)))}`)
  const sorted = amount.length > 0 && (await areFew(pool, amount, values))
  if (merchant_id !== undefined) where.push(`t.merchant_id = ${given(merchant_id)}`)
  if (gateway !== undefined) where.push(`t.gateway = ${given(gateway)}`)
  if (status !== undefined) where.push(`t.status = ${given(status)}`)
  if (from !== undefined) where.push(`t.created_at >= ${given(from)}::timestamptz`)
  // One upper bound: of two, an index is entered at the one, and what lies between them is walked through.
  const ends = to !== undefined && (!after || Date.parse(to) <= Date.parse(after.at)) ? to : undefined
  if (ends !== undefined) where.push(`t.created_at < ${given(ends)}::timestamptz`)
  else if (after)
    where.push(`(t.created_at, t.transaction_id) < (${given(after.at)}::timestamptz, ${given(after.id)})`)
  const conditions = (some: readonly string[]) => (some.length === 0 ? '' : `WHERE ${some.join(' AND ')}`)
  // MATERIALIZED keeps the planner from walking through time after those of a rare amount.
  const found = sorted
    ? `WITH few AS MATERIALIZED (
         SELECT t.transaction_id, t.created_at, t.merchant_id, t.gateway, t.status
           FROM platform.transaction t ${conditions(amount)} LIMIT ${SORTED_MAX})
       SELECT t.transaction_id, t.created_at FROM few t ${conditions(where)}`
    : `SELECT t.transaction_id, t.created_at FROM platform.transaction t ${conditions([...where, ...amount])}`
  const { rows } = await pool.query<Row>(
    `WITH page AS MATERIALIZED (
       ${sorted ? `SELECT * FROM (${found}) AS f` : found}
       ORDER BY created_at DESC, transaction_id DESC LIMIT ${given(limit + 1)})
     SELECT ${COLUMNS}, m.name AS merchant_name, g.title AS gateway_name
       FROM page p JOIN platform.transaction t USING (transaction_id)
       LEFT JOIN platform.merchant_name m ON m.merchant_id = t.merchant_id
       LEFT JOIN kernel.search_entity g ON g.kind = 'gateway' AND g.id = t.gateway
      ORDER BY t.created_at DESC, t.transaction_id DESC`,
    values,
  )
  const page = rows.slice(0, limit)
  const last = rows.length > limit ? page.at(-1) : undefined
  return {
    status: 'found',
    records: page.map(listed),
    nextCursor: last === undefined ? null : JSON.stringify({ at: last.at, id: last.id }),
  }
}

/** Whether as few are of that amount as are worth sorting; counted in the index, and no further than that. */
async function areFew(pool: Pool, amount: readonly string[], values: readonly unknown[]) {
  const { rows } = await pool.query<{ few: boolean }>(
    `SELECT count(*) <= ${SORTED_MAX} AS few FROM (
       SELECT FROM platform.transaction t WHERE ${amount.join(' AND ')} LIMIT ${SORTED_MAX + 1}) AS counted`,
    [...values],
  )
  return rows[0]?.few === true
}

function placeOf(cursor: string): z.output<typeof place> | undefined {
  try {
    return place.safeParse(JSON.parse(cursor)).data
  } catch {
    return undefined
  }
}

function listed({ tenant_id, at, amount, currency, failure_code, merchant_name, gateway_name, ...row }: Row) {
  return {
    id: row.id,
    version: String(row.version),
    ...(tenant_id === null ? {} : { tenantId: tenant_id }),
    state: {
      ...row,
      amount: { amount, currency },
      created_at: at,
      ...(failure_code === null ? {} : { failure_code }),
      ...(merchant_name === null ? {} : { merchant_name }),
      ...(gateway_name === null ? {} : { gateway_name }),
    },
  }
}
