import { randomUUID } from 'node:crypto'
import { type Client, type Product, startProduct } from '@countersign/testkit/product.ts'
import { misbehave, type SeededReturn, seededReturns } from '@countersign/testkit/seeded-records.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { canonicalBytes, sha256 } from '../personal-data/canonical-json.ts'

let product: Product
let ops: Client
let admin: Client
let take: () => SeededReturn

beforeAll(async () => {
  product = await startProduct({ worker: false, webhooks: false })
  ops = await product.as('transfers/OPS')
  admin = await product.as('transfers/ADMIN')
  take = await seededReturns(product)
}, 120_000)
afterAll(() => product?.close())

const RETURN = '/v1/actions/transfers.return_transfer'
const withKey = (key: string) => ({ 'idempotency-key': key })
const bodyFor = async ({ id, code }: SeededReturn, by = ops) => {
  const target = { kind: 'transfer', id }
  const preview = await by.post(`${RETURN}/preview`, { target })
  return { target, reason: { code }, preview_digest: preview.body.preview_digest }
}
const requestsFor = async (id: string): Promise<number> => {
  const { rows } = await product.superuser.query(
    'SELECT count(*)::int AS requests FROM kernel.action_request WHERE target_id = $1',
    [id],
  )
  return rows[0].requests
}

test('K-12 C-19 the same key with the same body gives the recorded answer, byte for byte', async () => {
  const transfer = take()
  const body = await bodyFor(transfer)
  const key = randomUUID()
  const first = await ops.post(RETURN, body, withKey(key))
  expect(first.status).toBe(202)
  expect(first.headers.get('idempotency-replayed')).toBeNull()
  const reordered = Object.fromEntries(Object.entries(body).reverse())
  for (const same of [body, reordered, JSON.stringify(body, null, 2)]) {
    const again = await ops.post(RETURN, same, withKey(key))
    expect(again.status).toBe(202)
    expect(again.text).toBe(first.text)
    expect(again.headers.get('idempotency-replayed')).toBe('true')
  }
  expect(await requestsFor(transfer.id)).toBe(1)
})

test('K-12 case 10: with another body the key is refused, and says nothing of the first', async () => {
  const key = randomUUID()
  const [one, other] = [take(), take()]
  const first = await ops.post(RETURN, await bodyFor(one), withKey(key))
  const reused = await ops.post(RETURN, await bodyFor(other), withKey(key))
  expect(reused.status).toBe(422)
  expect(reused.body).toMatchObject({
    code: 'idempotency_key_reused',
    errors: [{ field: 'Idempotency-Key' }],
  })
  expect(reused.text).not.toContain(first.body.id)
  expect(await requestsFor(other.id)).toBe(0)
})

test('K-12 while the first is in flight its duplicates are told to wait, then get its answer', async () => {
  const transfer = take()
  const body = await bodyFor(transfer)
  const key = randomUUID()
  await misbehave(product, { upstream: 'cts', mode: 'latency', on: 'reads', latency_ms: 2_000 })
  const first = ops.post(RETURN, body, withKey(key))
  const { rows } = await waitUntilInFlight(key)
  expect(rows).toHaveLength(1)
  const duplicate = await ops.post(RETURN, body, withKey(key))
  expect(duplicate.status).toBe(409)
  expect(duplicate.body.code).toBe('request_in_flight')
  expect(Number(duplicate.headers.get('retry-after'))).toBeGreaterThan(0)
  expect((await ops.post(RETURN, { ...body, reason: { code: 'R02' } }, withKey(key))).status).toBe(422)
  await misbehave(product, { upstream: 'cts', mode: 'off' })
  const answered = await first
  expect(answered.status).toBe(202)
  expect((await ops.post(RETURN, body, withKey(key))).text).toBe(answered.text)
  expect(await requestsFor(transfer.id)).toBe(1)
})

async function waitUntilInFlight(key: string) {
  for (;;) {
    const found = await product.superuser.query('SELECT FROM kernel.idempotency_in_flight WHERE key = $1', [
      key,
    ])
    if (found.rows.length > 0) return found
  }
}

test('K-12 case 10: a key belongs to its actor: the same from another person is another intent, and leaks nothing', async () => {
  const key = randomUUID()
  const transfer = take()
  const mine = await ops.post(RETURN, await bodyFor(transfer), withKey(key))
  const another = take()
  const theirs = await admin.post(RETURN, await bodyFor(another, admin), withKey(key))
  expect(theirs.status).toBe(202)
  expect(theirs.headers.get('idempotency-replayed')).toBeNull()
  expect(theirs.body).toMatchObject({ target: { id: another.id }, requested_by: { id: admin.id } })
  expect(theirs.body.id).not.toBe(mine.body.id)
})

test('K-12 a key belongs to its door: at another one it begins anew', async () => {
  const key = randomUUID()
  const transfer = take()
  expect((await ops.post(RETURN, await bodyFor(take()), withKey(key))).status).toBe(202)
  const atTheDoor = await ops.post(
    '/returns',
    { transferId: transfer.id, reason: transfer.code },
    withKey(key),
  )
  expect(atTheDoor.status).toBe(202)
  expect(atTheDoor.headers.get('idempotency-key')).toBe(key)
})

test('K-12 what was not decided is not recorded: the key is as good as new after 400, 401, 403, 404, 409 and 5xx', async () => {
  const key = randomUUID()
  const transfer = take()
  const body = await bodyFor(transfer)
  const attempt = (by: Client, changed: object) => by.post(RETURN, { ...body, ...changed }, withKey(key))
  const expired = await product.as('transfers/OPS', { exp: 1 })
  const another = await product.as('transfers/OPS', { roles: ['transfers/COMPLIANCE'] })

  expect((await attempt(ops, { reason: { code: 'nonsense' } })).status).toBe(400)
  expect((await attempt(expired, {})).status).toBe(401)
  expect((await attempt(another, {})).status).toBe(403)
  await product.as('transfers/OPS').then((again) => again.get('/v1/me'))
  expect((await attempt(ops, { target: { kind: 'transfer', id: 'nothing' } })).status).toBe(404)
  expect((await attempt(ops, { expected_version: '99' })).status).toBe(409)
  await misbehave(product, { upstream: 'cts', mode: 'error_5xx', on: 'reads' })
  const unreadable = await attempt(ops, {})
  expect(unreadable.status).toBe(503)
  expect(Number(unreadable.headers.get('retry-after'))).toBeGreaterThan(0)
  await misbehave(product, { upstream: 'cts', mode: 'off' })
  await waitForCircuit()

  expect((await attempt(ops, {})).status).toBe(202)
  expect(await requestsFor(transfer.id)).toBe(1)
})

/** After failures the connector rests before it asks again. */
async function waitForCircuit(): Promise<void> {
  const transfer = take()
  for (;;) {
    const read = await ops.get(`/v1/entities/transfer/${transfer.id}`)
    if (read.status === 200 && read.body.stale === false) return
  }
}

test('K-12 a refusal that was decided is recorded like any other answer', async () => {
  const { transfers } = await product.upstream('/cts/transfers?state=returned&limit=1')
  const key = randomUUID()
  const body = { target: { kind: 'transfer', id: transfers[0].id }, reason: { code: 'R01' } }
  const refused = await ops.post(RETURN, body, withKey(key))
  expect(refused).toMatchObject({ status: 409, body: { code: 'already_returned' } })
  const again = await ops.post(RETURN, body, withKey(key))
  expect(again).toMatchObject({
    status: 409,
    body: { code: 'already_returned', detail: refused.body.detail },
  })
  expect(again.headers.get('idempotency-replayed')).toBe('true')
})

test.each([
  ['missing', null, 'is required'],
  ['empty', '', 'printable ASCII'],
  ['with a space', 'two words', 'printable ASCII'],
  ['longer than 255 characters', 'k'.repeat(256), '255'],
  ['not ASCII', 'schl\u00fcssel', 'printable ASCII'],
])('C-19 K-12 a key that is %s is refused by name', async (_what, key, why) => {
  const refused = await ops.post(RETURN, {}, { 'idempotency-key': key })
  expect(refused.status).toBe(400)
  expect(refused.body.errors).toEqual([{ field: 'Idempotency-Key', message: expect.stringContaining(why) }])
})

test('C-19 a key of 255 characters is taken', async () => {
  const longest = await ops.post(RETURN, await bodyFor(take()), withKey(`${'k'.repeat(219)}${randomUUID()}`))
  expect(longest.status).toBe(202)
})

test('C-19 T-03 at a seed’s door a request without a key is an intent of its own, and its answer gives the key', async () => {
  const transfer = take()
  const body = { transferId: transfer.id, reason: transfer.code }
  const none = { 'idempotency-key': null }
  const first = await ops.post('/returns', body, none)
  const other = take()
  const second = await ops.post('/returns', { transferId: other.id, reason: other.code }, none)
  expect([first.status, second.status]).toEqual([202, 202])
  expect(second.body.id).not.toBe(first.body.id)
  const key = first.headers.get('idempotency-key') ?? ''
  expect(first.body.idempotency_key).toBe(key)
  const again = await ops.post('/returns', body, withKey(key))
  expect(again.body.id).toBe(first.body.id)
  expect(again.headers.get('idempotency-replayed')).toBe('true')
  expect((await ops.post('/returns', body, withKey('not a key'))).status).toBe(400)
})

test('K-12 what was asked for before digests were keyed is known by them still', async () => {
  const key = randomUUID()
  const body = await bodyFor(take())
  const first = await ops.post(RETURN, body, withKey(key))
  const unkeyed = sha256(canonicalBytes({ door: `POST ${RETURN}`, body }))
  const { rowCount } = await product.superuser.query(
    'UPDATE kernel.idempotency SET request_digest = $2 WHERE key = $1 AND request_digest <> $2',
    [key, unkeyed],
  )
  expect(rowCount).toBe(1)
  expect((await ops.post(RETURN, body, withKey(key))).text).toBe(first.text)
  expect((await ops.post(RETURN, await bodyFor(take()), withKey(key))).status).toBe(422)
})

test('K-12 an answer is kept for 30 days at least; a claim on a key whose server died is not', async () => {
  const key = randomUUID()
  const body = await bodyFor(take())
  const first = await ops.post(RETURN, body, withKey(key))
  await product.superuser.query(
    `UPDATE kernel.idempotency SET recorded_at = recorded_at - interval '30 days' WHERE key = $1`,
    [key],
  )
  expect((await ops.post(RETURN, body, withKey(key))).text).toBe(first.text)

  const died = randomUUID()
  await product.superuser.query(
    `INSERT INTO kernel.idempotency_in_flight (actor_id, door, key, request_digest, holder, until)
     VALUES ($1, $2, $3, '\\x00', gen_random_uuid(), clock_timestamp() - interval '1 second')`,
    [ops.id, `POST ${RETURN}`, died],
  )
  expect((await ops.post(RETURN, await bodyFor(take()), withKey(died))).status).toBe(202)
})
