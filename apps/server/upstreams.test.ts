import { changePolicy } from '@countersign/testkit/approval-policy.ts'
import {
  type CountersignedReturns,
  countersignedReturns,
} from '@countersign/testkit/countersigned-returns.ts'
import { brokenInvariants } from '@countersign/testkit/invariants.ts'
import { eventually, type Product, startProduct } from '@countersign/testkit/product.ts'
import { startServerProcess } from '@countersign/testkit/server-process.ts'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'

let product: Product
let returns: CountersignedReturns

beforeAll(async () => {
  product = await startProduct()
  returns = await countersignedReturns(product)
}, 120_000)
afterAll(() => product?.close())
afterEach(() => product.startWorker())

const cts = { kind: 'upstream', id: 'cts' }

async function act(what: 'pause' | 'resume', target = cts) {
  const path = `/v1/actions/kernel.${what}_upstream`
  const { body: preview } = await returns.ops.post(`${path}/preview`, { target, input: {} })
  const { preview_digest } = preview
  const reason = { code: what === 'pause' ? 'incident' : 'well_again' }
  return returns.ops.post(path, { target, reason, ...(preview_digest ? { preview_digest } : {}) })
}

/** Somebody is frozen as usual: one asks, one agrees. @returns the request's id */
async function freeze(): Promise<string> {
  const compliance = await product.as('transfers/COMPLIANCE')
  const { parties } = await product.upstream('/compliance/parties?limit=200')
  const { transfers } = await product.upstream('/cts/transfers?state=return_received&limit=200')
  const concerned = new Set(
    transfers.flatMap(({ originator, receiver }: Record<string, { party_id: string }>) => [
      originator?.party_id,
      receiver?.party_id,
    ]),
  )
  // Somebody whose freeze keeps no return of the other tests from being made.
  const party = parties.find(
    ({ id, frozen }: { id: string; frozen: boolean }) => !frozen && !concerned.has(id),
  )
  const asked = await compliance.post('/entity/freeze', { entityId: party.id, reason: 'sanctions_match' })
  expect(asked.status, asked.text).toBe(202)
  const { id, digest } = asked.body
  expect((await returns.admin.post(`/v1/requests/${id}/approve`, { digest })).status).toBe(200)
  return id
}

const misbehave = (rule: Record<string, unknown>) =>
  product.upstream('/_sandbox/misbehave', { upstream: 'cts', ...rule })

async function shown(name: string) {
  const { body } = await returns.admin.get('/v1/connectors')
  return body.connectors.find((one: { name: string }) => one.name === name)
}

test('O-15 K-36 one person pauses an upstream at once; what is authorised waits, and is sent once when it is resumed', async () => {
  const paused = await act('pause')
  expect(paused.status, paused.text).toBe(200)
  expect(paused.body.state).toBe('executed')
  // Among other requests it says of what.
  const { requests } = (await returns.ops.get('/v1/requests?type=kernel.pause_upstream&limit=1')).body
  expect(requests[0]).toMatchObject({ title: 'Pause', target: { title: 'Upstream CTS' } })
  expect(await shown('cts')).toMatchObject({
    state: 'paused',
    consoles: ['transfers'],
    paused: { by: expect.any(String), by_name: 'transfers/OPS', reason: 'incident', request: paused.body.id },
  })
  const waiting = await returns.authorise()
  // Other upstreams go on: this one is authorised later, and done first.
  await returns.reaches(await freeze(), 'executed')
  expect(await returns.read(waiting.id)).toMatchObject({
    state: 'authorized',
    effect: { attempts: 0, held_by: 'upstream_paused' },
  })
  expect(await returns.effects(waiting.key)).toBe(0)
  expect((await shown('cts')).waiting).toMatchObject({ effects: 1, since: expect.any(String) })
  expect((await shown('compliance')).state).toBe('ok')
  const figures = await (await fetch(`${product.url}/metrics`)).text()
  expect(figures).toContain('countersign_upstream_paused{upstream="cts"} 1')
  expect(figures).toContain('countersign_upstream_paused{upstream="recon"} 0')
  expect(figures).toContain('countersign_upstream_effects_waiting{upstream="cts"} 1')
  expect(figures).toContain('countersign_upstream_circuit_open{upstream="cts"} 0')

  expect((await act('pause')).body).toMatchObject({ code: 'already_paused' })
  expect((await act('resume')).body.state).toBe('executed')
  expect((await returns.reaches(waiting.id, 'executed')).effect.held_by).toBeUndefined()
  expect(await returns.effects(waiting.key)).toBe(1)
  expect(await shown('cts')).toMatchObject({ paused: null, waiting: { effects: 0 } })
  expect((await act('resume')).body).toMatchObject({ code: 'not_paused' })
})

test('O-15 K-18 what has expired while its upstream was paused is not sent when it is resumed', async () => {
  expect((await act('pause')).status).toBe(200)
  const { id, key } = await returns.authorise()
  await product.superuser.query('ALTER TABLE kernel.action_revision DISABLE TRIGGER refuse_change')
  await product.superuser.query(
    `UPDATE kernel.action_revision SET expires_at = clock_timestamp() - interval '1 second' WHERE request_id = $1`,
    [id],
  )
  await product.superuser.query('ALTER TABLE kernel.action_revision ENABLE ALWAYS TRIGGER refuse_change')
  await act('resume')
  const stale = await returns.reaches(id, 'stale')
  expect(stale.transitions.at(-1).why).toMatch(/expired at/)
  expect(await returns.effects(key)).toBe(0)
})

test('O-15 what stops harm is sent to a paused upstream all the same', async () => {
  expect((await act('pause', { kind: 'upstream', id: 'compliance' })).status).toBe(200)
  await returns.reaches(await freeze(), 'executed')
  expect((await shown('compliance')).state).toBe('paused')
  await act('resume', { kind: 'upstream', id: 'compliance' })
})

test('O-15 each upstream that is listed has a page; where no effect goes it says so, and offers nothing to pause', async () => {
  const { connectors } = (await returns.ops.get('/v1/connectors')).body
  const pages = await Promise.all(
    connectors.map(async ({ name }: { name: string }) => {
      const { status, body } = await returns.ops.get(`/v1/entities/upstream/${name}`)
      const pause = body.affordances.find(
        ({ action }: { action: string }) => action === 'kernel.pause_upstream',
      )
      return [name, status, pause ? pause.allowed : 'not offered']
    }),
  )
  expect(pages.toSorted()).toEqual([
    ['compliance', 200, true],
    ['cts', 200, true],
    ['edge', 200, false],
    ['gateways', 200, false],
    ['ledger', 200, 'not offered'],
    ['merchants', 200, false],
    ['recon', 200, true],
    ['treasury', 200, false],
  ])
  const { body } = await returns.ops.get('/v1/entities/upstream/ledger')
  expect(body.banners).toEqual([{ tone: 'info', text: expect.stringContaining('nothing to pause') }])
  expect(await shown('ledger')).toMatchObject({ consoles: [], heard_by: ['transfers'] })
  const refused = await act('pause', { kind: 'upstream', id: 'ledger' })
  expect(refused).toMatchObject({ status: 409, body: { code: 'not_your_upstream' } })
  expect(refused.body.detail).toContain('it is only read')
  expect((await act('pause', { kind: 'upstream', id: 'nowhere' })).status).toBe(404)
})

test('O-15 I12 nobody but the governed action pauses or resumes: not as the server, nor by an event that says so', async () => {
  const app = product.database.pool('app')
  for (const sql of [
    `INSERT INTO kernel.upstream_pause (upstream, paused_by, reason, request_id) VALUES ('cts', 'x', 'x', gen_random_uuid())`,
    'DELETE FROM kernel.upstream_pause',
  ]) {
    await expect(app.query(sql)).rejects.toThrow(/permission denied/)
  }
  const paused = await act('pause')
  await expect(
    product.superuser.query(
      `INSERT INTO kernel.event (event_id, stream, version, type, schema_version, source, actor_id, request_id, payload, occurred_at)
       VALUES (gen_random_uuid(), 'kernel.upstream/cts', 99, 'kernel.upstream.resumed', 1, 'countersign', 'x', $1, '{}', now())`,
      [paused.body.id],
    ),
  ).rejects.toThrow(/does not follow from request/)
  expect((await shown('cts')).state).toBe('paused')
  await act('resume')
})

test('O-15 K-18 SIGTERM drains a worker: what it has begun is ended, written down, and no lease is left behind', async () => {
  await product.stopWorker()
  const { id, key } = await returns.authorise()
  await misbehave({ mode: 'latency', on: 'writes', count: 1, latency_ms: 1_500 })
  const worker = product.spawnWorker()
  await eventually('the worker to be sending', async () => (await returns.read(id)).state === 'dispatching')
  worker.signal('SIGTERM')
  await worker.ended
  const { rows } = await product.superuser.query(
    'SELECT lease_until, settled_at IS NOT NULL AS settled FROM kernel.outbox WHERE request_id = $1',
    [id],
  )
  expect(rows).toEqual([{ lease_until: null, settled: true }])
  expect((await returns.read(id)).state).toBe('executed')
  expect(await returns.effects(key)).toBe(1)
})

test('O-15 SIGTERM drains a server: what it is answering is answered, and nobody new is let in', async () => {
  await product.stopWorker()
  const server = await startServerProcess(product)
  const claims = { ...product.registeredClaims(), sub: 'drained', name: 'drained', roles: ['transfers/OPS'] }
  const headers = { authorization: `Bearer ${await product.mint(claims)}` }
  expect((await fetch(`${server.url}/v1/me`, { headers })).status).toBe(200)
  await misbehave({ mode: 'latency', on: 'reads', count: 1, latency_ms: 1_500 })
  const read = fetch(`${server.url}/v1/entities/transfer/${returns.take()}`, { headers })
  await eventually('the read to be at CTS', async () => {
    const { upstreams } = await product.upstream('/_sandbox/misbehave')
    return upstreams.every(({ rules }: { rules: unknown[] }) => rules.length === 0)
  })
  const stopped = server.stop()
  expect((await read).status).toBe(200)
  await stopped
  await expect(fetch(`${server.url}/v1/me`, { headers })).rejects.toThrow(/fetch failed/)
})

test('K-36 the page shows what every process finds: calls, failures, last contact, and how the upstream is by its own word', async () => {
  const seen = await eventually('both processes to have said something', async () => {
    const found = await shown('cts')
    return found.processes.length >= 2 && found.health === 'ok' && found
  })
  expect(seen.processes.map(({ process }: { process: string }) => process.split('@')[0]).toSorted()).toEqual(
    expect.arrayContaining(['server', 'worker']),
  )
  expect(seen.calls).toBeGreaterThan(0)
  expect(Date.now() - Date.parse(seen.answered_at)).toBeLessThan(60_000)

  await product.sandbox.stop()
  const failing = await eventually('a worker to leave it alone', async () => {
    const found = await shown('cts')
    return found.state === 'failing' && found
  })
  expect(failing.failures).toBeGreaterThanOrEqual(5)
  const open = failing.processes.find(({ circuit }: { circuit: string }) => circuit !== 'closed')
  expect(open.last_failure).toBe('it could not be reached (ECONNREFUSED)')
  const french = await returns.admin.get('/v1/connectors', { 'accept-language': 'fr' })
  const toldOf = french.body.connectors.find(({ name }: { name: string }) => name === 'cts').processes
  expect(toldOf.map(({ last_failure }: { last_failure: string | null }) => last_failure)).toContain(
    'il n’a pas pu être joint (ECONNREFUSED)',
  )
  await product.sandbox.start()
  await eventually('it to be well again by itself', async () => (await shown('cts')).state === 'ok')
}, 120_000)

const DAY_MS = 24 * 3_600_000

test.each([DAY_MS, -DAY_MS])(
  'O-15 K-05 K-18 the clock of server and worker jumps by %s ms: nobody is signed out or let in, nothing expires early or late, leases hold',
  async (jump) => {
    const over = Math.floor(Date.now() / 1000) - 3_600
    const lapsed = await product.as('transfers/ADMIN', { exp: over, iat: over - 60, auth_time: over - 60 })
    const asked = await returns.ask()
    const lapsing = await returns.ask()
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + jump })
    try {
      expect((await returns.ops.get('/v1/me')).status).toBe(200)
      expect((await lapsed.get('/v1/me')).status).toBe(401)
      const agreed = await returns.admin.post(`/v1/requests/${asked.id}/approve`, { digest: asked.digest })
      expect(agreed.status, agreed.text).toBe(200)
      const done = await returns.reaches(asked.id, 'executed')
      expect(await returns.effects(done.effect.key)).toBe(1)
      await product.superuser.query('ALTER TABLE kernel.action_revision DISABLE TRIGGER refuse_change')
      await product.superuser.query(
        `UPDATE kernel.action_revision SET expires_at = clock_timestamp() - interval '1 second' WHERE request_id = $1`,
        [lapsing.id],
      )
      await product.superuser.query('ALTER TABLE kernel.action_revision ENABLE ALWAYS TRIGGER refuse_change')
      const late = await returns.admin.post(`/v1/requests/${lapsing.id}/approve`, { digest: lapsing.digest })
      expect(late.status).toBe(410)
      await returns.reaches(lapsing.id, 'expired')
    } finally {
      vi.useRealTimers()
    }
  },
  60_000,
)

test('I1 I2 I5 after all of this nothing is broken', async () => {
  expect(await brokenInvariants(product)).toEqual([])
})

test('O-15 K-14 where policy asks for a second word, resuming waits for it; pausing never does', async () => {
  const rule = (action: string, required: number) => ({
    ...{ action, required, expires_in_s: 3_600 },
    eligible_roles: required === 0 ? [] : ['transfers/ADMIN'],
  })
  await changePolicy(product, [rule('kernel.resume_upstream', 1)], undefined, 'kernel')
  expect((await act('pause')).body.state).toBe('executed')
  const asked = await act('resume')
  expect(asked.body.state).toBe('pending')
  expect((await shown('cts')).state).toBe('paused')
  const { id, digest } = asked.body
  expect((await returns.ops.post(`/v1/requests/${id}/approve`, { digest })).status).toBe(403)
  expect((await returns.admin.post(`/v1/requests/${id}/approve`, { digest })).body.state).toBe('executed')
  expect((await shown('cts')).paused).toBeNull()
  // No rule at all: every action keeps what it declares.
  await changePolicy(product, [], undefined, 'kernel')
  expect((await act('pause')).body.state).toBe('executed')
  expect((await act('resume')).body.state).toBe('executed')
})
