import {
  type CountersignedReturns,
  countersignedReturns,
} from '@countersign/testkit/countersigned-returns.ts'
import { eventually, type Product, startProduct } from '@countersign/testkit/product.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'

let product: Product
let returns: CountersignedReturns

beforeAll(async () => {
  product = await startProduct()
  returns = await countersignedReturns(product)
}, 120_000)
afterAll(() => product?.close())

const shown = async () =>
  (await returns.ops.get('/v1/queues/transfers.returns/items?limit=1')).body.behind_ms as number
async function metric(): Promise<number> {
  const { text } = await returns.ops.get('/metrics')
  const line = text
    .split('\n')
    .find((one) => one.startsWith('countersign_projection_behind_ms{projection="transfers.returns"}'))
  if (line === undefined) throw new Error('there is no such figure')
  return Number(line.split(' ')[1])
}

test('K-24 K-37 a list is no newer than the last word of its upstream', async () => {
  await eventually('the upstream to have been polled', async () => {
    const { body } = await returns.ops.get('/v1/connectors')
    return body.connectors.find(({ name }: { name: string }) => name === 'cts')?.history?.read_at
  })
  await eventually('it to be up to date', async () => (await shown()) === 0)
  await product.sandbox.stop()
  await product.superuser.query(
    `UPDATE kernel.poll_cursor SET heard_at = clock_timestamp() - interval '40 seconds' WHERE source = 'cts'`,
  )
  expect(await eventually('it to be seen', async () => (await shown()) || false)).toBeGreaterThanOrEqual(
    40_000,
  )
  const others = await returns.ops.get('/v1/queues/transfers.exceptions/items?limit=1')
  expect(others.body.behind_ms).toBeLessThan(40_000)
  await product.sandbox.start()
  await eventually('it to be heard again', async () => (await shown()) === 0)
})

test('K-24 a projection that stands still is seen to be behind, in the list and as a metric, until it goes on', async () => {
  await eventually('it to be up to date', async () => (await shown()) === 0 && (await metric()) === 0)
  await product.stopWorker()
  await returns.ask()
  // The age of what is not shown, which grows; whether it has a place in the order yet or not.
  const first = await eventually('the list to be behind', async () => (await shown()) || false)
  expect(
    await eventually('it to be behind by more', async () => (await shown()) > first && shown()),
  ).toBeGreaterThan(first)
  expect(await metric()).toBeGreaterThan(first)
  await product.database.pool('sequencer').query('SELECT kernel.sequence_events(1000)')
  expect(await shown()).toBeGreaterThan(first)
  product.startWorker()
  await eventually('it to have caught up', async () => (await shown()) === 0 && (await metric()) === 0)
})
