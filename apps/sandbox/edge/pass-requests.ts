import { z } from 'zod'
import type { Transaction } from '../database/database.ts'
import { Id, Instant } from '../http/fields.ts'
import type { Outcome } from '../http/route.ts'
import { type AllowlistEntry, letsIn, PLATFORM } from './allowlist.ts'
import { unknownMerchant } from './edge-record.ts'
import { addressOf } from './network.ts'
import { Route } from './rate-limit.ts'

const REQUESTS_MAX = 10_000

export const RequestsPlayed = z.strictObject({
  merchant_id: Id.optional().meta({ description: 'Absent: an operator asks for the console.' }),
  route: Route,
  ip: z.string().refine((written) => addressOf(written) !== undefined, 'must be one IPv4 or IPv6 address'),
  count: z
    .number()
    .int()
    .min(1)
    .max(REQUESTS_MAX)
    .optional()
    .meta({ description: 'So many at once; 1 if absent.' }),
})

export const PassedReply = z.strictObject({
  at: Instant,
  passed: z.number().int(),
  refused: z.number().int(),
  refused_by: z.strictObject({ kind: z.enum(['rate_limit', 'allowlist']), id: Id }).optional(),
  retry_after_s: z.number().int().optional(),
})

type Bucket = {
  readonly id: string
  readonly max_requests: number
  readonly window_s: number
  readonly tokens: number
}

/**
 * Lets requests pass that come from where they may, as often as every limit on them has room for. A request that is
 * refused by the list takes nothing from any limit.
 */
export async function passRequests(
  tx: Transaction,
  at: Date,
  played: z.infer<typeof RequestsPlayed>,
): Promise<Outcome> {
  const { merchant_id, route, count = 1 } = played
  const unknown = await unknownMerchant(tx, merchant_id)
  if (unknown) return unknown
  const list = await closedList(tx, at, played)
  if (list !== undefined) {
    await countTraffic(tx, at, played, 0, list)
    const refused_by = { kind: 'allowlist', id: list }
    return { status: 200, body: { at: at.toISOString(), passed: 0, refused: count, refused_by } }
  }
  const buckets = merchant_id === undefined ? [] : await bucketsOf(tx, at, merchant_id, route)
  const [least] = [...buckets].sort((one, other) => one.tokens - other.tokens)
  const passed = Math.min(count, Math.floor(least?.tokens ?? count))
  await tx.query(
    `INSERT INTO edge.bucket (limit_id, tokens, at)
     SELECT id, tokens - $2, $3 FROM jsonb_to_recordset($1) AS b (id text, tokens float8)
     ON CONFLICT (limit_id) DO UPDATE SET tokens = excluded.tokens, at = excluded.at`,
    [JSON.stringify(buckets), passed, at],
  )
  const refused = count - passed
  const by = refused > 0 ? least : undefined
  await countTraffic(tx, at, played, passed, by?.id)
  const told = by && {
    refused_by: { kind: 'rate_limit', id: by.id },
    retry_after_s: Math.max(1, Math.ceil(((1 + passed - by.tokens) * by.window_s) / by.max_requests)),
  }
  return { status: 200, body: { at: at.toISOString(), passed, refused, ...told } }
}

/** The list that does not let this address in, if there is one. */
async function closedList(
  tx: Transaction,
  at: Date,
  { merchant_id, ip }: z.infer<typeof RequestsPlayed>,
): Promise<string | undefined> {
  const { rows } = await tx.query<{ id: string; entries: AllowlistEntry[] }>(
    `SELECT id, entries FROM edge.allowlist WHERE state = 'active' AND coalesce(merchant_id, '') = $1 AND coalesce(console, '') = $2`,
    [merchant_id ?? '', merchant_id === undefined ? PLATFORM : ''],
  )
  const list = rows[0]
  const address = addressOf(ip)
  return list && !(address && letsIn(list.entries, address, at)) ? list.id : undefined
}

/** In whole segments, as the consoles' own gates read a route: `/v1/pay` is not the beginning of `/v1/payments`. */
const ON_ROUTE = `l.state = 'active' AND l.console IS NULL AND (l.merchant_id IS NULL OR l.merchant_id = $1) AND ($2 = l.route OR starts_with($2, rtrim(l.route, '/') || '/'))`

/** What is in the bucket of each limit on this route now; the limits are held, so that no request is let through twice. */
async function bucketsOf(tx: Transaction, at: Date, merchantId: string, route: string): Promise<Bucket[]> {
  // First held, then read: what a statement has waited for it would not see in another table.
  await tx.query(`SELECT FROM edge.rate_limit l WHERE ${ON_ROUTE} ORDER BY l.id FOR UPDATE`, [
    merchantId,
    route,
  ])
  const { rows } = await tx.query<Bucket>(
    `SELECT l.id, l.max_requests, l.window_s,
       least(l.max_requests + l.burst,
             coalesce(b.tokens + greatest(0, extract(epoch FROM $3::timestamptz - b.at)) * l.max_requests / l.window_s,
                      l.max_requests + l.burst))::float8 AS tokens
     FROM edge.rate_limit l LEFT JOIN edge.bucket b ON b.limit_id = l.id
     WHERE ${ON_ROUTE} ORDER BY l.id`,
    [merchantId, route, at],
  )
  return rows
}

async function countTraffic(
  tx: Transaction,
  at: Date,
  { merchant_id = '', route, count = 1 }: z.infer<typeof RequestsPlayed>,
  passed: number,
  refusedBy = '',
): Promise<void> {
  const counts = [
    { refused_by: '', requests: passed },
    { refused_by: refusedBy, requests: count - passed },
  ].filter(({ requests }) => requests > 0)
  await tx.query(
    `INSERT INTO edge.traffic AS known (minute, merchant_id, route, refused_by, requests)
     SELECT date_trunc('minute', $2::timestamptz, 'UTC'), $3, $4, refused_by, requests
     FROM jsonb_to_recordset($1) AS c (refused_by text, requests bigint)
     ON CONFLICT (minute, merchant_id, route, refused_by) DO UPDATE SET requests = known.requests + excluded.requests`,
    [JSON.stringify(counts), at, merchant_id, route],
  )
}
