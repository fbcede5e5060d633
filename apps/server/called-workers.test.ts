import { setTimeout as sleep } from 'node:timers/promises'
import { WORK_CHANNEL } from '@countersign/kernel/duties/call-workers.ts'
import { eventually, type Product, startProduct } from '@countersign/testkit/product.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'

let product: Product

beforeAll(async () => {
  product = await startProduct()
}, 120_000)
afterAll(() => product?.close())

test('S-04 what writes calls the workers, which listen; what reads does not, unless that is recorded', async () => {
  const listening = () =>
    product.superuser.query(
      `SELECT FROM pg_stat_activity WHERE datname = current_database() AND query = 'LISTEN ${WORK_CHANNEL}'`,
    )
  await eventually('the worker to listen', async () => (await listening()).rowCount === 1)
  const client = await product.superuser.connect()
  try {
    let calls = 0
    client.on('notification', () => {
      calls += 1
    })
    await client.query(`LISTEN ${WORK_CHANNEL}`)
    const officer = await product.as('transfers/COMPLIANCE')
    const note = (n: number) => officer.post(`/v1/saved-searches-of-nobody/${n}`, {})
    // Calls are heard in their order: what reading called for would be heard before ours. The sandbox may still be telling
    // of its world.
    await eventually('only our own call to be heard', async () => {
      calls = 0
      await officer.get('/v1/requests')
      await officer.get('/v1/me')
      await client.query(`NOTIFY ${WORK_CHANNEL}`)
      await eventually('our own call', async () => calls > 0)
      return calls === 1
    })
    // Nor does what asks for something personal in its body, to have it in no address.
    await eventually('a look-up to call nobody', async () => {
      calls = 0
      const found = await officer.post(
        '/v1/sanctions-list-entries/look-up',
        { list: 'ofac_sdn', name: 'Anna Example' },
        { 'idempotency-key': null },
      )
      expect(found.status, found.text).toBe(200)
      await sleep(100)
      await client.query(`NOTIFY ${WORK_CHANNEL}`)
      await eventually('our own call', async () => calls > 0)
      return calls === 1
    })
    await note(1)
    await eventually('the call of the server', async () => calls > 1)
    // A read that is itself recorded has written.
    const [hit] = (await officer.get('/v1/entities/hit?limit=1')).body.entities
    await eventually('nobody else to call', async () => {
      const before = calls
      await sleep(300)
      return calls === before
    })
    const before = calls
    expect((await officer.get(`/v1/entities/hit/${hit.id}`)).status).toBe(200)
    await eventually('the call of what was read', async () => calls > before)
  } finally {
    client.release(true)
  }
})
