import { randomUUID } from 'node:crypto'
import { returnRule } from '@countersign/testkit/approval-policy.ts'
import { entriesOf } from '@countersign/testkit/audit-entries.ts'
import { openEventStream } from '@countersign/testkit/event-stream.ts'
import { type Client, eventually, type Product, startProduct } from '@countersign/testkit/product.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'

const POLICY = 'approval_policy/transfers'

let product: Product
let ops: Client
let admin: Client
/** A change of the approval policy, which OPS may neither ask for nor decide on. */
let request: { id: string; digest: string }
let heard: Record<'ops' | 'admin', string[]>

beforeAll(async () => {
  product = await startProduct({ webhooks: false })
  ops = await product.as('transfers/OPS')
  admin = await product.as('transfers/ADMIN')
  const streams = await Promise.all(
    [ops, admin].map(({ token }) => openEventStream(product.url, { authorization: `Bearer ${token}` })),
  )
  const [ofOps, ofAdmin] = streams
  if (!ofOps || !ofAdmin) throw new Error('two streams were opened')
  const body = { target: { kind: 'approval_policy', id: 'transfers' }, input: { rules: [returnRule()] } }
  const preview = await admin.post('/v1/actions/kernel.change_approval_policy/preview', body)
  const asked = await admin.post('/v1/actions/kernel.change_approval_policy', {
    ...body,
    reason: { code: preview.body.reasons[0].code },
    preview_digest: preview.body.preview_digest,
  })
  if (asked.status !== 202) throw new Error(asked.text)
  request = asked.body
  const heardBy = (stream: typeof ofOps) => stream.changes.map(({ kind, subject }) => `${kind}/${subject}`)
  await eventually('the change', async () => heardBy(ofAdmin).includes(`request/${request.id}`))
  // Something that both hear of comes after it, so that what has not come by then does not come.
  const { transfers } = await product.upstream('/cts/transfers?state=return_received&limit=1')
  const returned = await ops.post('/returns', {
    transferId: transfers[0].id,
    reason: transfers[0].return.code,
  })
  await eventually('the return', async () =>
    [ofOps, ofAdmin].every((stream) => heardBy(stream).includes(`request/${returned.body.id}`)),
  )
  heard = { ops: heardBy(ofOps), admin: heardBy(ofAdmin) }
  for (const stream of streams) {
    stream.cut()
    await stream.ended
  }
}, 120_000)
afterAll(() => product?.close())

test('K-08 K-29 nobody hears of a request whose page is 404 to them', () => {
  expect(heard.admin).toEqual(expect.arrayContaining([POLICY, `request/${request.id}`]))
  expect(heard.ops).not.toContain(`request/${request.id}`)
  expect(heard.ops).not.toContain(POLICY)
})

test('K-08 K-25 nor reads of it on the timeline of its record', async () => {
  const timeline = async (client: Client) => (await client.get(`/v1/entities/${POLICY}/timeline`)).text
  await eventually('the timeline', async () => (await timeline(admin)).includes(request.id))
  expect(await timeline(ops)).not.toContain(request.id)
  expect(await timeline(ops)).not.toContain('kernel.action_request')
  const own = await ops.get(`/v1/entities/request/${request.id}/timeline`)
  expect(own.status).toBe(404)
})

test.each([
  ['cancel', { reason: 'because' }],
  ['edit', { input: {}, reason: { code: 'other' } }],
  ['approve', { digest: 'sha256:x' }],
  ['reject', { reason: 'because' }],
])('K-08 C-06 %s answers the same of it as of one that is not there', async (what, body) => {
  const [of, ofNothing] = await Promise.all(
    [request.id, randomUUID()].map(async (id) => {
      const answer = await ops.post(`/v1/requests/${id}/${what}`, body)
      return { ...answer, shown: answer.text.replaceAll(id, 'ID').replaceAll(answer.body.request_id, '') }
    }),
  )
  expect(of?.shown).toBe(ofNothing?.shown)
  expect(of?.status).toBe(ofNothing?.status)
  expect((await ops.get(`/v1/requests/${request.id}`)).status).toBe(404)
  // It is recorded what was tried all the same.
  expect(await entriesOf(product, of?.body.request_id)).toContainEqual(
    expect.objectContaining({ outcome: 'denied' }),
  )
})

test('K-08 C-06 who may see it and not decide on it is told so', async () => {
  const cancelled = await (await product.as('transfers/ADMIN-2')).post(`/v1/requests/${request.id}/cancel`, {
    reason: 'because',
  })
  expect(cancelled).toMatchObject({ status: 403, body: { code: 'not_the_requester' } })
})
