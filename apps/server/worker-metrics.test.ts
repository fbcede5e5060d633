import {
  type CountersignedReturns,
  countersignedReturns,
} from '@countersign/testkit/countersigned-returns.ts'
import { freePort } from '@countersign/testkit/free-port.ts'
import { eventually, type Product, startProduct } from '@countersign/testkit/product.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'

const START_TIMEOUT_MS = 180_000

let product: Product
let returns: CountersignedReturns
let workerUrl: string

beforeAll(async () => {
  product = await startProduct()
  returns = await countersignedReturns(product)
  await product.stopWorker()
  const port = await freePort()
  workerUrl = `http://127.0.0.1:${port}`
  const worker = product.spawnWorker({ WORKER_PORT: String(port) })
  let last: number | undefined
  const answers = eventually('the worker to answer', async () => {
    last = (await answered('/healthz'))?.status
    return last === 200
  })
  const ended = worker.ended.then((how) => Promise.reject(new Error(`it ended with ${how}`)))
  await Promise.race([answers, ended]).catch(({ message }: Error) => {
    throw new Error(`${message}, last answered ${last}; it said:\n${worker.said.join('\n')}`)
  })
}, START_TIMEOUT_MS)
afterAll(() => product?.close())

async function answered(path: string, url = workerUrl) {
  return fetch(`${url}${path}`).catch(() => undefined)
}

/** The value of one series as it is exposed. */
async function figure(series: string, url = workerUrl): Promise<number | undefined> {
  const text = (await (await answered('/metrics', url))?.text()) ?? ''
  const line = text.split('\n').find((one) => one.startsWith(`${series} `))
  return line === undefined ? undefined : Number(line.slice(series.length + 1))
}

test('C-16 O-10 what the worker has carried out, a worker in a process of its own counts', async () => {
  const executed = 'countersign_action_requests_total{action="transfers.return_transfer",state="executed"}'
  expect(await figure(executed)).toBe(0)
  const { id } = await returns.authorise()
  await returns.reaches(id, 'executed')
  await eventually('the count', async () => (await figure(executed)) === 1)
  const dispatched =
    'countersign_action_requests_total{action="transfers.return_transfer",state="dispatching"}'
  expect(await figure(dispatched)).toBe(1)
  expect(
    await figure('countersign_upstream_calls_total{upstream="cts",method="GET",outcome="200"}'),
  ).toBeGreaterThan(0)
})

test('C-16 the worker answers nothing else there', async () => {
  expect((await answered('/v1/me'))?.status).toBe(404)
  expect((await fetch(`${workerUrl}/metrics`, { method: 'POST' })).status).toBe(405)
})
