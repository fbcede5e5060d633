import { type Client, eventually, type Product, startProduct } from '@countersign/testkit/product.ts'
import { type SeededReturn, seededParties, seededReturns } from '@countersign/testkit/seeded-records.ts'
import { letActionBeGone, letExpire, letExpireIn } from '@countersign/testkit/tampering.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'

let product: Product
let ops: Client
let admin: Client
let take: () => SeededReturn
let takeParty: () => string

beforeAll(async () => {
  product = await startProduct({ worker: false, webhooks: false, sandboxProcess: true })
  ops = await product.as('transfers/OPS')
  admin = await product.as('transfers/ADMIN')
  take = await seededReturns(product)
  takeParty = await seededParties(product)
}, 120_000)
afterAll(() => product?.close())

type Source = { name: string; status: string; read_at: string | null; why?: string }
type Item = { id: string; state: string; expiring: boolean; unreadable?: string }
async function ask(): Promise<{ id: string; transfer: string }> {
  const { id, code } = take()
  const asked = await ops.post('/returns', { transferId: id, reason: code })
  expect(asked.status).toBe(202)
  return { id: asked.body.id, transfer: id }
}
const inbox = async (path = '/v1/approvals?limit=200') => {
  const { status, body } = await admin.get(path)
  expect(status).toBe(200)
  const sources: Source[] = body.sources
  return { items: body.items as Item[], of: Object.fromEntries(sources.map((one) => [one.name, one])), body }
}

test('K-39 what is pending is in the inbox and on its record; an empty inbox names the sources that were read', async () => {
  const before = await inbox()
  expect(before.items).toEqual([])
  expect(before.of).toMatchObject({ countersign: { status: 'ok' }, transfers: { status: 'ok' } })
  expect(before.of).not.toHaveProperty('cts')

  const asked = await ask()
  const { items, of } = await inbox()
  expect(items).toMatchObject([{ id: asked.id, expiring: false, can_approve: true }])
  expect(of.cts).toMatchObject({ status: 'ok', read_at: expect.any(String) })
  const on = await admin.get(`/v1/requests?state=pending&target_kind=transfer&target_id=${asked.transfer}`)
  expect(on.body.requests).toMatchObject([{ id: asked.id }])
})

test('K-39 every page of it can be had', async () => {
  const asked = [await ask(), await ask()]
  const first = await inbox('/v1/approvals?limit=2')
  const second = await inbox(
    `/v1/approvals?limit=2&cursor=${encodeURIComponent(String(first.body.next_cursor))}`,
  )
  const ids = [...first.items, ...second.items].map(({ id }) => id)
  expect(ids).toEqual(expect.arrayContaining(asked.map(({ id }) => id)))
  expect(new Set(ids).size).toBe(ids.length)
})

test('K-39 a request about to expire is marked; an expired one stays in history', async () => {
  const [soon, over] = [await ask(), await ask()]
  await letExpireIn(product, soon.id, '10 minutes')
  await letExpire(product, over.id)
  const { items } = await inbox()
  expect(items.find(({ id }) => id === soon.id)).toMatchObject({ expiring: true })
  expect(items.filter(({ expiring }) => expiring)).toHaveLength(1)
  expect(items.map(({ id }) => id)).not.toContain(over.id)
  product.startWorker()
  await eventually('its end in history', async () => {
    const { body } = await admin.get('/v1/requests?state=expired')
    return body.requests.some(({ id }: Item) => id === over.id)
  })
  await product.stopWorker()
})

test('K-39 what is in force as an emergency comes first, the oldest first; then what has least time left', async () => {
  const [late, soon] = [await ask(), await ask()]
  await letExpireIn(product, soon.id, '2 hours')
  const compliance = await product.as('transfers/COMPLIANCE')
  const freeze = async () => {
    const target = { kind: 'party', id: takeParty() }
    const reason = { code: 'fraud_suspected', note: 'It drains' }
    const path = '/v1/actions/transfers.freeze_entity'
    const { preview_digest } = (await compliance.post(`${path}/preview`, { target, input: {}, reason })).body
    const asked = { target, input: {}, reason, preview_digest, emergency: true }
    const answer = await compliance.post(path, asked)
    expect(answer.status).toBe(202)
    return String(answer.body.id)
  }
  const emergencies = [await freeze(), await freeze()]
  const { items } = await inbox()
  const ids = items.map(({ id }) => id)
  expect(ids.slice(0, 2)).toEqual(emergencies)
  expect(ids.indexOf(soon.id)).toBeGreaterThan(1)
  expect(ids.indexOf(late.id)).toBeGreaterThan(ids.indexOf(soon.id))
  const paged: string[] = []
  let cursor: string | null = ''
  while (cursor !== null) {
    const page: Awaited<ReturnType<typeof inbox>> = await inbox(
      `/v1/approvals?limit=1${cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`}`,
    )
    paged.push(...page.items.map(({ id }) => id))
    cursor = page.body.next_cursor
  }
  expect(paged).toEqual(ids)
})

test('K-39 what is pending of an action that is not installed is not passed over in silence', async () => {
  const asked = await ask()
  await letActionBeGone(product, asked.id, 'transfers.retired_action')
  const { items, of } = await inbox()
  expect(items.map(({ id }) => id)).not.toContain(asked.id)
  expect(of.transfers).toMatchObject({
    status: 'missing',
    read_at: null,
    why: expect.stringMatching(/^1 pending/),
  })
})

// Last: the sandbox does not come back.
test('K-39 an upstream that is killed is shown as unreadable, and what waits is still listed', async () => {
  // The newest of all, and over many records of another upstream: on the last page.
  const compliance = await product.as('transfers/COMPLIANCE')
  const party = takeParty()
  const path = '/v1/actions/transfers.freeze_entity/bulk'
  const rows = [{ target: { kind: 'party', id: party } }]
  const shown = await compliance.post(`${path}/preview`, { rows })
  const frozen = await compliance.post(path, {
    rows,
    reason: { code: 'fraud_suspected', note: 'It drains' },
    preview_digest: shown.body.preview_digest,
  })
  expect(frozen.status).toBe(202)
  expect((await inbox('/v1/approvals?limit=1')).of).toMatchObject({
    cts: { status: 'ok' },
    compliance: { status: 'ok', read_at: expect.any(String) },
  })
  const before = (await inbox()).items.map(({ id }) => id)
  await product.sandbox.kill()
  const firstPage = await inbox('/v1/approvals?limit=1')
  expect(firstPage.items.map(({ id }) => id)).not.toContain(frozen.body.id)
  expect(firstPage.of).toMatchObject({
    cts: { status: 'unreadable' },
    compliance: { status: 'unreadable', read_at: null, why: expect.stringContaining('compliance') },
  })
  const { items, of } = await inbox()
  expect(items.map(({ id }) => id)).toEqual(before)
  expect(of.countersign).toMatchObject({ status: 'ok' })
  expect(of.cts).toMatchObject({ status: 'unreadable', read_at: null, why: expect.stringContaining('cts') })
  for (const item of items) expect(item.unreadable).toMatch(/cannot be read now/)
  const id = items.find(({ state }) => state === 'pending')?.id
  const { body } = await admin.get(`/v1/requests/${id}`)
  expect(body).toMatchObject({ state: 'pending', unreadable: expect.any(String), current_preview: null })
  const refused = await admin.post(`/v1/requests/${id}/approve`, { digest: body.digest })
  expect(refused).toMatchObject({ status: 503, body: { code: 'upstream_unreadable' } })
})
