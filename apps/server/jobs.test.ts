import { type Client, eventually, type Product, startProduct } from '@countersign/testkit/product.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'

let product: Product
let ops: Client

beforeAll(async () => {
  product = await startProduct()
  ops = await product.as('transfers/OPS')
}, 120_000)
afterAll(() => product?.close())

type Job = {
  name: string
  state: string
  rounds: { of: string | null; process: string; failure: string | null }[]
}

async function jobs(): Promise<{ workers: string[]; jobs: Job[] }> {
  const answer = await ops.get('/v1/jobs')
  expect(answer.status, answer.text).toBe(200)
  return answer.body
}
const states = ({ jobs: all }: { jobs: Job[] }) =>
  Object.fromEntries(all.map(({ name, state }) => [name, state]))

test('T-10 every job of a worker goes well and names who does it; history has each upstream', async () => {
  const seen = await eventually('all have had a round', async () => {
    const now = await jobs()
    return new Set(Object.values(states(now))).size === 1 && now.workers.length === 1 ? now : undefined
  })
  expect(new Set(Object.values(states(seen)))).toEqual(new Set(['well']))
  const history = seen.jobs.find(({ name }) => name === 'history')
  const upstreams = history?.rounds.map(({ of }) => of) ?? []
  for (const upstream of ['cts', 'ledger', 'recon', 'compliance']) expect(upstreams).toContain(upstream)
})

test('T-10 a job that fails says so with the kind of failure, and is well again once it does not', async () => {
  const job = async () => (await jobs()).jobs.find(({ name }) => name === 'messages')
  await product.superuser.query(
    'REVOKE EXECUTE ON FUNCTION kernel.due_alerts(integer) FROM countersign_dispatcher',
  )
  try {
    const failing = await eventually('it fails', async () => {
      const now = await job()
      return now?.state === 'failing' ? now : undefined
    })
    expect(failing.rounds.map(({ failure }) => failure)).toEqual(['42501'])
  } finally {
    await product.superuser.query(
      'GRANT EXECUTE ON FUNCTION kernel.due_alerts(integer) TO countersign_dispatcher',
    )
  }
  await eventually('it is well again', async () => (await job())?.state === 'well')
}, 150_000)

test('T-10 where no worker runs any more, every job is said to be nobody’s', async () => {
  await product.stopWorker()
  await product.superuser.query(
    `UPDATE kernel.duty_report SET reported_at = reported_at - interval '29 seconds'`,
  )
  await eventually('it is taken for gone', async () => (await jobs()).workers.length === 0)
  expect(new Set(Object.values(states(await jobs())))).toEqual(new Set(['unattended']))
  // Nobody else is left to say so: the server does.
  await product.superuser.query(
    `UPDATE kernel.duty_report SET reported_at = reported_at - interval '31 seconds'`,
  )
  const alert = await eventually('the server raises it', async () => {
    const { body } = await ops.get('/v1/alerts')
    return body.alerts.find(({ kind }: { kind: string }) => kind === 'kernel.no_worker')
  })
  expect(alert).toMatchObject({ severity: 'critical', state: 'open', runbook: 'no-worker' })
}, 150_000)
