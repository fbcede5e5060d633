import { randomUUID } from 'node:crypto'
import { openBrowser } from '@countersign/testkit/browser.ts'
import { runCountersign } from '@countersign/testkit/countersign-command.ts'
import {
  type CountersignedReturns,
  countersignedReturns,
} from '@countersign/testkit/countersigned-returns.ts'
import { openEventStream } from '@countersign/testkit/event-stream.ts'
import { brokenInvariants } from '@countersign/testkit/invariants.ts'
import { eventually, makeClient, type Product, startProduct } from '@countersign/testkit/product.ts'
import { type ServerProcess, startServerProcess } from '@countersign/testkit/server-process.ts'
import type { WorkerProcess } from '@countersign/testkit/worker-process.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'

const START_TIMEOUT_MS = 180_000
const TEST_TIMEOUT_MS = 120_000
/** Design: after SIGKILL anywhere, recovery without anybody's help. */
const RECOVERY_LIMIT_MS = 30_000
const DUTIES = ['sequencer', 'signer'] as const
const REQUESTS = 16
const DUPLICATES = 200

let product: Product
let returns: CountersignedReturns
let one: ServerProcess
let other: ServerProcess
const workers = new Map<string, WorkerProcess>()

beforeAll(async () => {
  product = await startProduct({ issuer: true, worker: false })
  ;[one, other] = await Promise.all([startServerProcess(product), startServerProcess(product)])
  for (const name of ['worker-a', 'worker-b']) spawn(name)
  returns = await countersignedReturns(product)
}, START_TIMEOUT_MS)
afterAll(async () => {
  await Promise.all([one?.stop(), other?.stop()])
  await product?.close()
})

/** A worker whose connections the database knows by this name. */
function spawn(name: string): void {
  const named = (variable: string) => `${product.workerEnvironment[variable]}?application_name=${name}`
  const urls = ['SEQUENCER_DATABASE_URL', 'SIGNER_DATABASE_URL'].map((variable) => [
    variable,
    named(variable),
  ])
  workers.set(name, product.spawnWorker(Object.fromEntries(urls)))
}

/** Which worker has each of the audit log's duties: those who hold its lock. */
async function leaders(): Promise<Record<(typeof DUTIES)[number], string[]>> {
  const { rows } = await product.superuser.query<{ duty: number; name: string }>(
    `SELECT l.objid::integer AS duty, a.application_name AS name
       FROM pg_locks l JOIN pg_stat_activity a USING (pid)
      WHERE l.locktype = 'advisory' AND l.granted AND l.classid = x'61756469'::integer::oid
        AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
  )
  const of = (duty: number) => rows.filter((row) => row.duty === duty).map(({ name }) => name)
  return { sequencer: of(1), signer: of(2) }
}

const everyDutyIsTaken = () =>
  eventually('a leader for each duty', async () => {
    const now = await leaders()
    return DUTIES.every((duty) => now[duty].length === 1) && now
  })

/** Asks another process with this browser's cookie, as a load balancer would let it. */
function behindBalancer(cookie: string) {
  return async (server: ServerProcess, method: string, path: string, body?: unknown) => {
    const answer = await fetch(`${server.url}${path}`, {
      method,
      headers: {
        cookie,
        ...(method === 'POST' ? { origin: product.url, 'idempotency-key': randomUUID() } : {}),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      redirect: 'manual',
    })
    const text = await answer.text()
    return { status: answer.status, body: text.startsWith('{') ? JSON.parse(text) : null, answer }
  }
}

const cookiesOf = (answer: Response) =>
  answer.headers
    .getSetCookie()
    .map((line) => line.split(';')[0] ?? '')
    .join('; ')

/** Begins at one server, comes back from the identity provider to the other. @returns the session's cookie */
async function signIn(persona: string): Promise<string> {
  const begun = await fetch(`${one.url}/auth/login`, { redirect: 'manual' })
  const browser = openBrowser(product.url)
  const page = await browser.go(begun.headers.get('location') ?? '')
  const { url: callback } = await browser.go(page.url, {
    form: { persona },
    until: `${product.url}/auth/callback`,
  })
  const back = await fetch(`${other.url}${callback.pathname}${callback.search}`, {
    headers: { cookie: cookiesOf(begun) },
    redirect: 'manual',
  })
  expect(back.status).toBe(302)
  const session = cookiesOf(back)
    .split('; ')
    .find((cookie) => cookie.startsWith('countersign_session='))
  if (session === undefined) throw new Error('there is no session')
  return session
}

test(
  'O-06 K-01 K-29 one signs in, asks, agrees and listens at whichever server; the effect happens once',
  async () => {
    const [ops, admin] = await Promise.all(['transfers/OPS-2', 'transfers/ADMIN-2'].map(signIn))
    const [asOps, asAdmin] = [behindBalancer(ops ?? ''), behindBalancer(admin ?? '')]
    for (const server of [one, other]) {
      expect((await asOps(server, 'GET', '/v1/me')).body.person.id).toBe('transfers-OPS-2')
    }
    const stream = await openEventStream(one.url, { cookie: ops ?? '' })
    const transfer = returns.take()
    const { body: record } = await asOps(one, 'GET', `/v1/entities/transfer/${transfer}`)
    const asked = await asOps(one, 'POST', '/returns', {
      transferId: transfer,
      reason: record.data.return.code,
    })
    expect(asked.status).toBe(202)
    const { id, digest } = asked.body
    const agreed = await asAdmin(other, 'POST', `/v1/requests/${id}/approve`, { digest })
    expect(agreed.status).toBe(200)
    await returns.reaches(id, 'executed')
    for (const server of [one, other]) {
      expect((await asOps(server, 'GET', `/v1/requests/${id}`)).body.state).toBe('executed')
    }
    for (const step of ['requested', 'authorized', 'executed']) {
      await eventually(`hearing of ${step}`, async () =>
        stream.changes.some((change) => change.subject === id && change.topic.endsWith(`.${step}`)),
      )
    }
    const { effect } = await returns.read(id)
    expect(await returns.effects(effect.key)).toBe(1)
    stream.cut()
    await stream.ended
  },
  TEST_TIMEOUT_MS,
)

test(
  'O-06 K-03 a session that is ended at one server is over at the other with the next request, and its stream ends',
  async () => {
    const cookie = await signIn('transfers/COMPLIANCE-2')
    const ask = behindBalancer(cookie)
    const stream = await openEventStream(one.url, { cookie })
    expect([stream.status, (await ask(one, 'GET', '/v1/me')).status]).toEqual([200, 200])
    expect((await ask(other, 'POST', '/auth/logout')).status).toBe(200)
    expect((await ask(one, 'GET', '/v1/me')).status).toBe(401)
    expect((await ask(other, 'GET', '/v1/me')).status).toBe(401)
    await stream.ended
  },
  TEST_TIMEOUT_MS,
)

test(
  `O-06 K-12 ${DUPLICATES} duplicates at once over both servers make one request and one effect`,
  async () => {
    const { ops } = returns
    const clients = [one, other].map(({ url }) => makeClient(url, ops.id, ops.token))
    const transfer = returns.take()
    const { body: record } = await ops.get(`/v1/entities/transfer/${transfer}`)
    const body = { transferId: transfer, reason: record.data.return.code }
    const key = randomUUID()
    const answers = await Promise.all(
      Array.from({ length: DUPLICATES }, (_, nth) =>
        (clients[nth % 2] ?? ops).post('/returns', body, { 'idempotency-key': key }),
      ),
    )
    // Whoever comes while the first is under way is told so; all others have its answer.
    const answered = answers.filter(({ status }) => status === 202)
    expect(new Set(answers.map(({ status }) => status)).size).toBeLessThanOrEqual(2)
    for (const { status, body: said } of answers) {
      if (status !== 202) expect([status, said.code]).toEqual([409, 'request_in_flight'])
    }
    expect(new Set(answered.map(({ text }) => text)).size).toBe(1)
    const { id, digest } = answered[0]?.body ?? {}
    await returns.admin.post(`/v1/requests/${id}/approve`, { digest })
    await returns.reaches(id, 'executed')
    const { rows } = await product.superuser.query(
      'SELECT count(*)::int AS requests FROM kernel.action_request WHERE target_id = $1',
      [transfer],
    )
    const { effect } = await returns.read(id)
    expect([rows[0].requests, await returns.effects(effect.key)]).toEqual([1, 1])
  },
  TEST_TIMEOUT_MS,
)

test(
  'O-06 K-18 both workers run: of the log’s duties each has one leader at a time, and each effect happens once',
  async () => {
    await everyDutyIsTaken()
    const most = { sequencer: 0, signer: 0 }
    let looking = true
    const watch = (async () => {
      while (looking) {
        const now = await leaders()
        for (const duty of DUTIES) most[duty] = Math.max(most[duty], now[duty].length)
      }
    })()
    const asked = await Promise.all(Array.from({ length: REQUESTS }, () => returns.authorise()))
    for (const { id } of asked) await returns.reaches(id, 'executed')
    looking = false
    await watch
    expect(most).toEqual({ sequencer: 1, signer: 1 })
    const effects = await Promise.all(asked.map(({ key }) => returns.effects(key)))
    expect(effects).toEqual(asked.map(() => 1))
  },
  TEST_TIMEOUT_MS,
)

test.each(DUTIES)(
  'O-06 O-10 the worker that leads the %s dies by SIGKILL: another takes over within 30 s, and nothing waits for the dead',
  async (duty) => {
    const before = await everyDutyIsTaken()
    const name = before[duty][0] ?? ''
    const doomed = workers.get(name)
    if (!doomed) throw new Error(`${name} leads, and is none of ours`)
    const asked = await Promise.all(Array.from({ length: 4 }, () => returns.authorise()))
    const killedAt = Date.now()
    doomed.signal('SIGKILL')
    await doomed.ended
    // The database notices a moment later that whoever held the lock is gone.
    await eventually(`another leader than ${name}`, async () => {
      const now = (await leaders())[duty]
      return now.length === 1 && now[0] !== name
    })
    expect(Date.now() - killedAt).toBeLessThan(RECOVERY_LIMIT_MS)
    for (const { id } of asked) await returns.reaches(id, 'executed')
    await eventually('a signed checkpoint over all of it', async () => {
      const { rows } = await product.superuser.query(
        `SELECT NOT EXISTS (SELECT FROM kernel.audit_pending)
                AND (SELECT max(tree_size) FROM kernel.audit_checkpoint) = (SELECT size FROM kernel.audit_head)
                AND NOT EXISTS (SELECT FROM kernel.event_pending) AS done`,
      )
      return rows[0].done
    })
    for (const { key } of asked) expect(await returns.effects(key)).toBe(1)
    spawn(name)
  },
  TEST_TIMEOUT_MS,
)

test(
  'O-06 K-29 K-12 a server dies by SIGKILL: who listened and asked there goes on at the other, and misses nothing',
  async () => {
    const { ops, admin } = returns
    const doomed = await startServerProcess(product)
    const [there, here] = [doomed, other].map(({ url }) => makeClient(url, ops.id, ops.token))
    const bearer = { authorization: `Bearer ${ops.token}` }
    const before = await openEventStream(doomed.url, bearer)
    const transfer = returns.take()
    const { body: record } = await ops.get(`/v1/entities/transfer/${transfer}`)
    const body = { transferId: transfer, reason: record.data.return.code }
    const key = { 'idempotency-key': randomUUID() }
    const asked = await there?.post('/returns', body, key)
    await eventually('hearing of the request', async () =>
      before.changes.some(({ subject }) => subject === asked?.body.id),
    )
    await doomed.kill()
    await before.ended

    // Whether its answer had come or not: asked again with the key, the other server gives the same.
    const again = await here?.post('/returns', body, key)
    expect([again?.status, again?.text]).toEqual([202, asked?.text])
    const { id, digest } = again?.body ?? {}
    await admin.post(`/v1/requests/${id}/approve`, { digest })
    await returns.reaches(id, 'executed')
    const after = await openEventStream(other.url, bearer, { resumeAfter: before.lastId() })
    await eventually('the end of the story', async () =>
      after.changes.some(({ subject, topic }) => subject === id && topic.endsWith('.executed')),
    )
    const steps = [...before.changes, ...after.changes].filter(({ subject }) => subject === id)
    expect([...new Set(steps.map(({ topic }) => topic.split('.').at(-1)))]).toEqual([
      'requested',
      'authorized',
      'executed',
    ])
    after.cut()
    await after.ended
  },
  TEST_TIMEOUT_MS,
)

test(
  'O-06 K-33 after all of this every invariant holds, and the log verifies',
  async () => {
    expect(await brokenInvariants(product)).toEqual([])
    for (const { said } of workers.values()) await eventually('a worker at work', async () => said.length > 0)
    for (const worker of workers.values()) worker.signal('SIGTERM')
    expect(await Promise.all([...workers.values()].map(({ ended }) => ended))).toEqual(['0', '0'])
    const verified = await runCountersign(
      ...['audit', 'verify', '--database-url', product.database.url('auditor')],
      ...['--witness', String(product.workerEnvironment.WITNESS_DIRECTORY), '--json'],
    )
    expect(JSON.parse(verified.stdout)).toMatchObject({ ok: true })
  },
  TEST_TIMEOUT_MS,
)
