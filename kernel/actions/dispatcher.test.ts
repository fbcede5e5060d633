import { setTimeout as sleep } from 'node:timers/promises'
import { type SmallProduct, startSmallProduct } from '@countersign/testkit/small-console.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Delivery } from './define-action.ts'
import { DELIVERIES_PER_CONNECTOR_MAX, runDispatcher } from './dispatcher.ts'

/** More than are delivered to one upstream at once. */
const HANGING = 2 * DELIVERIES_PER_CONNECTOR_MAX

let product: SmallProduct

beforeAll(async () => {
  product = await startSmallProduct({ class: 'A' })
})
afterAll(() => product?.database.drop())

test('K-18 upstreams do not block each other: while one hangs with many effects, another gets its own', async () => {
  const porter = await product.person('porter', ['hall/PORTER'])
  let answer: (delivery: Delivery) => void = () => undefined
  const answered = new Promise<Delivery>((resolve) => {
    answer = resolve
  })
  let hanging = 0
  product.upstream.deliver = () => {
    hanging += 1
    return answered
  }
  const doors: string[] = []
  for (let n = 0; n < HANGING; n += 1) doors.push(await product.authorise(porter))

  const stopping = new AbortController()
  const running = runDispatcher({
    kernel: product.kernels.dispatcher,
    holder: 'dispatcher-1',
    leaseMs: 60_000,
    signal: stopping.signal,
    report: () => undefined,
  })
  try {
    // As many as there may be are under way, and stay so.
    while (hanging < DELIVERIES_PER_CONNECTOR_MAX) await sleep(5)
    const bells = [await product.authorise(porter, 'ring_bell'), await product.authorise(porter, 'ring_bell')]
    for (const bell of bells) while ((await stateOf(bell)) !== 'executed') await sleep(5)
    expect(hanging).toBe(DELIVERIES_PER_CONNECTOR_MAX)
    answer({ outcome: 'done', detail: {} })
    for (const door of doors) while ((await stateOf(door)) !== 'executed') await sleep(5)
    expect(hanging).toBe(HANGING)
  } finally {
    answer({ outcome: 'done', detail: {} })
    stopping.abort()
    await running
  }
}, 60_000)

async function stateOf(id: string): Promise<string | undefined> {
  const { rows } = await product.database
    .pool('superuser')
    .query<{ state: string }>('SELECT state FROM kernel.action_request WHERE request_id = $1', [id])
  return rows[0]?.state
}
