import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  type Answer,
  type Client,
  makeClient,
  type Product,
  startProduct,
} from '@countersign/testkit/product.ts'
import { type SeededReturn, seededReturns } from '@countersign/testkit/seeded-records.ts'
import { type ServerProcess, startServerProcess } from '@countersign/testkit/server-process.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'

const DUPLICATES = 200

let product: Product
let second: ServerProcess
let take: () => SeededReturn

beforeAll(async () => {
  product = await startProduct({ worker: false, webhooks: false })
  second = await startServerProcess(product)
  take = await seededReturns(product)
}, 120_000)
afterAll(async () => {
  await second?.stop()
  await product?.close()
})

/** As a client does that keeps to the contract: told that the first is in flight, it waits and asks again. */
async function insistently(client: Client, path: string, body: unknown, key: string): Promise<Answer> {
  for (;;) {
    const answer = await client.post(path, body, { 'idempotency-key': key })
    if (answer.body?.code !== 'request_in_flight') return answer
    expect(answer.status).toBe(409)
    await sleep(Number(answer.headers.get('retry-after')) * 1_000)
  }
}

test.each([
  ['one server', () => [product.url]],
  ['two server processes', () => [product.url, second.url]],
])('K-12 200 duplicates at once over %s make one request, and all get its answer', async (_where, urls) => {
  const ops = await product.as('transfers/OPS')
  const clients = urls().map((url) => makeClient(url, ops.id, ops.token))
  const transfer = take()
  const key = randomUUID()
  const body = { transferId: transfer.id, reason: transfer.code }
  const answers = await Promise.all(
    Array.from({ length: DUPLICATES }, (_, nth) => {
      const client = clients[nth % clients.length] ?? ops
      return insistently(client, '/returns', body, key)
    }),
  )
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]))
  expect(new Set(answers.map(({ text }) => text)).size).toBe(1)
  const first = answers.filter(({ headers }) => headers.get('idempotency-replayed') === null)
  expect(first).toHaveLength(1)
  const { rows } = await product.superuser.query(
    `SELECT (SELECT count(*) FROM kernel.action_request WHERE target_id = $1)::int AS requests,
            (SELECT count(*) FROM kernel.idempotency WHERE key = $2)::int AS answers,
            (SELECT count(*) FROM kernel.audit_entry WHERE target_id = $1)::int AS entries,
            (SELECT count(*) FROM kernel.idempotency_in_flight)::int AS in_flight`,
    [transfer.id, key],
  )
  expect(rows).toEqual([{ requests: 1, answers: 1, entries: 1, in_flight: 0 }])
})

test('K-12 duplicates of which each has a body of its own: one is decided, the others are refused', async () => {
  const ops = await product.as('transfers/OPS')
  const key = randomUUID()
  const transfers = Array.from({ length: 10 }, take)
  const answers = await Promise.all(
    transfers.map(({ id, code }, nth) =>
      insistently(
        makeClient(nth % 2 === 0 ? product.url : second.url, ops.id, ops.token),
        '/returns',
        { transferId: id, reason: code },
        key,
      ),
    ),
  )
  expect(answers.map(({ status }) => status).sort()).toEqual([202, ...Array.from({ length: 9 }, () => 422)])
})

test('K-12 duplicates of an approval: one signature, one answer', async () => {
  const ops = await product.as('transfers/OPS')
  const admin = await product.as('transfers/ADMIN')
  const transfer = take()
  const asked = await ops.post('/returns', { transferId: transfer.id, reason: transfer.code })
  const approve = `/v1/requests/${asked.body.id}/approve`
  const key = randomUUID()
  const answers = await Promise.all(
    Array.from({ length: 40 }, (_, nth) =>
      insistently(
        makeClient(nth % 2 === 0 ? product.url : second.url, admin.id, admin.token),
        approve,
        { digest: asked.body.digest },
        key,
      ),
    ),
  )
  expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1)
  expect(answers[0]).toMatchObject({ status: 200, body: { state: 'authorized' } })
  const { rows } = await product.superuser.query(
    `SELECT (SELECT count(*) FROM kernel.action_approval WHERE request_id = $1)::int AS approvals,
            (SELECT count(*) FROM kernel.outbox WHERE request_id = $1)::int AS effects`,
    [asked.body.id],
  )
  expect(rows).toEqual([{ approvals: 1, effects: 1 }])
})
