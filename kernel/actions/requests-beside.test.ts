import { randomUUID } from 'node:crypto'
import { type Client, type Product, startProduct } from '@countersign/testkit/product.ts'
import { type SeededReturn, seededReturns } from '@countersign/testkit/seeded-records.ts'
import { startSmallProduct } from '@countersign/testkit/small-console.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { requestsBeside } from './requests-beside.ts'

let product: Product
let ops: Client
let ops2: Client
let admin: Client
let take: () => SeededReturn

beforeAll(async () => {
  product = await startProduct({ worker: false, webhooks: false })
  ops = await product.as('transfers/OPS')
  ops2 = await product.as('transfers/OPS-2')
  admin = await product.as('transfers/ADMIN')
  take = await seededReturns(product)
}, 120_000)
afterAll(() => product?.close())

const actions = '/v1/actions'
const target = ({ id }: SeededReturn) => ({ kind: 'transfer', id })
const preview = (by: Client, action: string, transfer: SeededReturn) =>
  by.post(`${actions}/transfers.${action}/preview`, { target: target(transfer) })
const ask = (by: Client, transfer: SeededReturn) =>
  by.post('/returns', { transferId: transfer.id, reason: transfer.code }, { 'idempotency-key': randomUUID() })
/** What whoever asks for the other of the two is told, whichever of them is open to this record. */
async function dishonourable(): Promise<SeededReturn> {
  for (;;) {
    const transfer = take()
    if ((await preview(ops2, 'dishonour_return', transfer)).status === 200) return transfer
  }
}

test('K-39 K-11 whoever asks for the other of two that exclude one another is told of the first; it goes both ways', async () => {
  const transfer = await dishonourable()
  expect((await preview(ops2, 'dishonour_return', transfer)).body.beside).toBeUndefined()
  const first = await ask(ops, transfer)
  expect(first.status).toBe(202)
  const shown = await preview(ops2, 'dishonour_return', transfer)
  expect(shown.body.beside).toEqual([
    expect.objectContaining({
      ...{ id: first.body.id, type: 'transfers.return_transfer', title: 'Return transfer', state: 'pending' },
      ...{ requested_by: { id: expect.any(String), name: 'transfers/OPS' }, excludes: true },
    }),
  ])
  const second = await ops2.post(`${actions}/transfers.dishonour_return`, {
    ...{ target: target(transfer), reason: shown.body.reasons[0] && { code: 'R61' } },
    preview_digest: (
      await ops2.post(`${actions}/transfers.dishonour_return/preview`, {
        ...{ target: target(transfer), reason: { code: 'R61' } },
      })
    ).body.preview_digest,
  })
  expect(second.status, second.text).toBe(202)
  // Return transfer names dishonour; dishonour names nobody: it holds for both.
  for (const [one, other] of [
    [first, second],
    [second, first],
  ] as const) {
    const { body } = await admin.get(`/v1/requests/${one.body.id}`)
    expect(body.beside.map(({ id, excludes }: { id: string; excludes: boolean }) => [id, excludes])).toEqual([
      [other.body.id, true],
    ])
  }
})

test('K-39 once it is decided on nobody is told of it', async () => {
  const transfer = await dishonourable()
  const first = await ask(ops, transfer)
  expect((await preview(ops2, 'dishonour_return', transfer)).body.beside).toMatchObject([
    { id: first.body.id },
  ])
  expect((await admin.post(`/v1/requests/${first.body.id}/reject`, { reason: 'not this one' })).status).toBe(
    200,
  )
  expect((await preview(ops2, 'dishonour_return', transfer)).body.beside).toBeUndefined()
})

test('K-39 of two open requests for one action that may stand side by side, each is told of the other', async () => {
  const other = await product.as('transfers/ADMIN-2')
  const newcomer = await product.as('x', { sub: 'newcomer', roles: [] })
  const target = { kind: 'person', id: (await newcomer.get('/v1/me')).body.person.id }
  const considered = (by: Client, role: string) =>
    by.post(`${actions}/kernel.grant_role/preview`, { target, input: { role }, reason: { code: 'covers' } })
  const grant = async (by: Client, role: string) => {
    const { body } = await considered(by, role)
    const granted = {
      target,
      input: { role },
      reason: { code: 'covers' },
      preview_digest: body.preview_digest,
    }
    const asked = await by.post(`${actions}/kernel.grant_role`, granted)
    expect(asked.status, asked.text).toBe(202)
    return asked.body.id as string
  }
  const first = await grant(admin, 'transfers/OPS')
  expect((await considered(other, 'transfers/COMPLIANCE')).body.beside).toMatchObject([
    { id: first, type: 'kernel.grant_role', title: 'Grant role', excludes: false },
  ])
  const second = await grant(other, 'transfers/COMPLIANCE')
  const beside = async (id: string) =>
    (await admin.get(`/v1/requests/${id}`)).body.beside?.map((one: { id: string }) => one.id)
  expect(await beside(first)).toEqual([second])
  expect(await beside(second)).toEqual([first])
})

test('K-39 what only one of can be done is told of first, and of the rest the oldest', async () => {
  const small = await startSmallProduct({ class: 'A' })
  try {
    const { app } = small.kernels
    const porter = await small.person('porter', ['hall/PORTER'])
    const target = { kind: 'door', id: 'front' }
    const opened = await small.authorise(porter, 'open_door', { target })
    const rung = await small.authorise(porter, 'ring_bell', { target })
    const told = async (kernel: typeof app) =>
      (await requestsBeside(kernel, porter, { action: 'hall.paint_door', target })).map((one) => [
        one.id,
        one.excludes,
      ])
    expect(await told(app)).toEqual([
      [opened, false],
      [rung, false],
    ])
    const bell = app.actions.get('hall.ring_bell')
    if (bell === undefined) throw new Error('the hall has lost its bell')
    const actions = new Map([...app.actions, [bell.name, { ...bell, excludes: ['hall.paint_door'] }]])
    expect(await told({ ...app, actions })).toEqual([
      [rung, true],
      [opened, false],
    ])
  } finally {
    await small.database.drop()
  }
}, 60_000)

test('K-39 K-08 of what somebody may not know they are told nothing, on the same record', async () => {
  const small = await startSmallProduct({ class: 'A' })
  try {
    const porter = await small.person('porter', ['hall/PORTER'])
    const keeper = await small.person('keeper', ['yard/KEEPER'])
    const target = { kind: 'door', id: 'front' }
    const request = await small.authorise(porter, 'open_door', { target })
    const told = async (to: typeof porter) =>
      (await requestsBeside(small.kernels.app, to, { action: 'hall.ring_bell', target })).map(({ id }) => id)
    expect(await told(porter)).toEqual([request])
    expect(await told(keeper)).toEqual([])
  } finally {
    await small.database.drop()
  }
}, 60_000)
