import { runCountersignWith } from '@countersign/testkit/countersign-command.ts'
import { eventually, type Product, startProduct } from '@countersign/testkit/product.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'

let product: Product
beforeAll(async () => {
  product = await startProduct()
  const ops = await product.as('transfers/OPS')
  await eventually('the queue', async () => {
    const { body } = await ops.get('/v1/queues/transfers.returns/items?limit=1')
    return body.items.length > 0 && body.behind_ms === 0
  })
}, 120_000)
afterAll(() => product?.close())

const projections = (...args: string[]) =>
  runCountersignWith(
    {
      DATABASE_URL: product.database.url('superuser'),
      SEALING_KEY: product.workerEnvironment.SEALING_KEY,
    },
    'projections',
    ...args,
  )

test('K-24 O-03 every projection of the product is made anew beside the running worker, and is what it was', async () => {
  const rebuilt = await projections('rebuild', '--json')
  expect(rebuilt, rebuilt.stderr).toMatchObject({ status: 0 })
  const made = rebuilt.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(made.map(({ projection }) => projection)).toEqual(
    expect.arrayContaining(['kernel.timeline', 'transfers.transfer', 'transfers.returns']),
  )
  expect(made.filter(({ identical, swapped }) => !identical || !swapped)).toEqual([])
  expect(made.every(({ events }) => events > 0)).toBe(true)
  const ops = await product.as('transfers/OPS')
  expect((await ops.get('/v1/queues/transfers.returns/items?limit=1')).body.items).toHaveLength(1)
})

test('K-24 O-03 check tells of a table that was changed by hand, and status how far each is behind', async () => {
  expect(await projections('check', 'transfers.returns')).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(
      /^transfers\.returns: \d+ rows of \d+ events; the same as before; nothing changed\n$/,
    ),
  })
  await product.superuser.query(
    `UPDATE transfers.returns_item SET amount = '0.01' WHERE item_id = (SELECT min(item_id) FROM transfers.returns_item)`,
  )
  expect(await projections('check', 'transfers.returns')).toMatchObject({
    status: 1,
    stdout: expect.stringMatching(
      /not what was there before; nothing changed\n {2}transfers\.returns_item: 1 different; for example item_id \S+ \(amount\)\n$/,
    ),
  })
  expect(await projections('status')).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(/^transfers\.transfer, \d+ ms behind$/m),
  })
  const unknown = await projections('rebuild', 'transfers.nothing')
  expect(unknown.status).toBe(1)
  expect(unknown.stderr).toContain('there are kernel.timeline')
})
