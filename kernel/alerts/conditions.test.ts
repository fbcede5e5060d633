import { randomBytes, randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  appendEncoded,
  createTestAuditLog,
  encodeTestEntry,
  type TestAuditLog,
  testFacts,
} from '@countersign/testkit/audit-log.ts'
import { type SmallProduct, startSmallProduct } from '@countersign/testkit/small-console.ts'
import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { auditOf } from '../actions/audit-parts.ts'
import { commitWrite } from '../actions/commit-write.ts'
import { deliverEffect } from '../actions/deliver-effect.ts'
import { signOnce } from '../audit/signer.ts'
import { reportUpstreams } from '../connectors/report-upstreams.ts'
import { makeUpstreamHttp, type UpstreamHttp } from '../connectors/upstream-http.ts'
import { migrate } from '../db/migrate.ts'
import { ingestEvents } from '../events/ingest-events.ts'
import type { Kernel } from '../kernel.ts'
import { kernelMigrations } from '../migration-source.ts'
import { makeSealer } from '../personal-data/sealing.ts'
import { advance, registerProjections, runProjector, sequenceEvents } from '../projections/projector.ts'
import type { BusinessCalendar } from '../queues/business-calendar.ts'
import type { Queue } from '../queues/define-queue.ts'
import { WEEKDAYS } from './roster.ts'
import { WATCH_LIMITS, type WatchLimits, watchOnce } from './watch-conditions.ts'

const SOON = { ...WATCH_LIMITS, unwitnessedMs: 0, upstreamFailingMs: 0 }

let product: SmallProduct
let log: TestAuditLog
let superuser: pg.Pool
let dispatcher: Kernel

beforeAll(async () => {
  product = await startSmallProduct({ class: 'B' })
  log = createTestAuditLog(product.database)
  superuser = product.database.pool('superuser')
  dispatcher = product.kernels.dispatcher
})
afterAll(async () => {
  log?.remove()
  await product?.database.drop()
})
beforeEach(() => superuser.query('TRUNCATE kernel.alert CASCADE'))

const problems: unknown[] = []
const watch = (limits: WatchLimits = WATCH_LIMITS, kernel = dispatcher) =>
  watchOnce(kernel, (_condition, error) => problems.push(error), limits)

/** An upstream that has answered once, its clock so many ms ahead of ours (its `Date` says whole seconds), or with none. */
async function heardFrom(name: string, aheadMs: number | undefined): Promise<UpstreamHttp> {
  const server = createServer((_request, response) => {
    response.sendDate = false
    if (aheadMs !== undefined) response.setHeader('date', new Date(Date.now() + aheadMs).toUTCString())
    response.setHeader('content-type', 'application/json')
    response.end('{}')
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  try {
    const { port } = server.address() as AddressInfo
    const http = makeUpstreamHttp({ name, baseUrl: `http://127.0.0.1:${port}`, key: 'k' })
    expect(await http.read('/')).toMatchObject({ kind: 'answer', status: 200 })
    return http
  } finally {
    server.close()
    server.closeAllConnections()
  }
}

/** Open alerts: kind and key of each. */
async function open(kind: string): Promise<string[]> {
  const { rows } = await superuser.query<{ dedupe_key: string }>(
    'SELECT dedupe_key FROM kernel.alert WHERE kind = $1 AND resolved_at IS NULL ORDER BY raised_at',
    [kind],
  )
  return rows.map(({ dedupe_key }) => dedupe_key)
}

const securityWrite = (severity: 'MEDIUM' | 'HIGH' | 'CRITICAL', actor: string) => ({
  tenant_id: null,
  events: [],
  audit: auditOf(dispatcher, {
    ...{ kind: 'security', eventSubType: 'ROLES_IN_CONFLICT', severity },
    ...{ actor: { id: actor, roles: [] }, outcome: 'refused', detail: {} },
  }),
})
const securityEvent = (...what: Parameters<typeof securityWrite>) =>
  commitWrite(product.kernels.app.pool, securityWrite(...what))

describe('K-47 each alert is fired by its fault', () => {
  test('K-47 a security event of severity HIGH or above, in the transaction of its entry; many of one person are one', async () => {
    await securityEvent('MEDIUM', 'quiet')
    expect(await open('kernel.security_event')).toEqual([])
    for (const severity of ['HIGH', 'CRITICAL'] as const) await securityEvent(severity, 'eve')
    await securityEvent('HIGH', 'mallory')
    expect(await open('kernel.security_event')).toEqual([
      'ROLES_IN_CONFLICT/eve',
      'ROLES_IN_CONFLICT/mallory',
    ])
    // The entry that is not kept raises none.
    const client = await superuser.connect()
    const raised = async () =>
      (await client.query(`SELECT FROM kernel.alert WHERE dedupe_key = 'ROLES_IN_CONFLICT/gone'`)).rowCount
    try {
      await client.query('BEGIN')
      await client.query('SELECT kernel.commit_write($1::jsonb)', [
        JSON.stringify(securityWrite('HIGH', 'gone')),
      ])
      expect(await raised()).toBe(1)
      await client.query('ROLLBACK')
      expect(await raised()).toBe(0)
    } finally {
      client.release()
    }
    expect(await open('kernel.security_event')).toHaveLength(2)
  })

  test('K-47 an effect of which nobody knows, until it is known', async () => {
    const porter = await product.person('porter', ['hall/PORTER'])
    product.upstream.deliver = async () => ({ outcome: 'unknown', code: 'answer_lost', why: 'it hung up' })
    // It can never say whether it happened.
    product.upstream.readBack = async () => undefined
    const id = await product.authorise(porter)
    await deliverUntil(id, 'outcome_unknown')
    expect(await open('kernel.outcome_unknown')).toEqual([id])
    // Watching finds the same, and makes no second.
    await watch()
    expect(await open('kernel.outcome_unknown')).toEqual([id])
    product.upstream.readBack = async () => ({ outcome: 'done', detail: {} })
    await deliverUntil(id, 'executed')
    expect(await open('kernel.outcome_unknown')).toEqual([])
  })

  test('K-47 an upstream to which nothing could be delivered for too long, until it could', async () => {
    const porter = await product.person('porter', ['hall/PORTER'])
    product.upstream.ring = async () => ({ outcome: 'retry', code: 'unavailable', why: 'it is down' })
    const id = await product.authorise(porter, 'ring_bell')
    await watch(SOON)
    expect(await open('kernel.upstream_failing')).toEqual([])
    await deliver(id)
    await watch()
    expect(await open('kernel.upstream_failing')).toEqual([])
    await watch(SOON)
    expect(await open('kernel.upstream_failing')).toEqual(['bells'])
    product.upstream.ring = async () => ({ outcome: 'done', detail: {} })
    await deliverUntil(id, 'executed')
    await watch(SOON)
    expect(await open('kernel.upstream_failing')).toEqual([])
  })

  test('K-47 an upstream whose history cannot be read for too long', async () => {
    const sequencer = product.database.pool('sequencer')
    await sequencer.query(`SELECT kernel.move_poll_cursor('cts', 0, 'connection refused')`)
    await watch()
    expect(await open('kernel.upstream_failing')).toEqual([])
    await watch(SOON)
    expect(await open('kernel.upstream_failing')).toEqual(['cts'])
    await sequencer.query(`SELECT kernel.move_poll_cursor('cts', 3, NULL)`)
    await watch(SOON)
    expect(await open('kernel.upstream_failing')).toEqual([])
  })

  test('O-15 K-47 an upstream that is paused, until it is resumed; it is not failing meanwhile', async () => {
    const porter = await product.person('porter', ['hall/PORTER'])
    product.upstream.ring = async () => ({ outcome: 'retry', code: 'unavailable', why: 'it is down' })
    const id = await product.authorise(porter, 'ring_bell')
    await deliver(id)
    await superuser.query(
      `INSERT INTO kernel.upstream_pause (upstream, paused_by, reason, request_id) VALUES ('bells', 'somebody', 'incident', $1)`,
      [randomUUID()],
    )
    await watch(SOON)
    expect(await open('kernel.upstream_paused')).toEqual(['bells'])
    expect(await open('kernel.upstream_failing')).toEqual([])
    await superuser.query('DELETE FROM kernel.upstream_pause')
    await watch(SOON)
    expect(await open('kernel.upstream_paused')).toEqual([])
    expect(await open('kernel.upstream_failing')).toEqual(['bells'])
    product.upstream.ring = async () => ({ outcome: 'done', detail: {} })
    await deliverUntil(id, 'executed')
    await watch(SOON)
  })

  test('O-15 K-47 a process whose clock jumps a day ahead or behind, and an upstream whose Date is far off', async () => {
    const pool = product.database.pool('dispatcher')
    const day = 24 * 3_600_000
    const reported = async (clock: () => number, ahead?: number) => {
      const connectors = [await heardFrom('bells', ahead)]
      await reportUpstreams({ pool, connectors, process: 'worker@here:1', now: clock })
    }
    await reported(Date.now, 800)
    await watch()
    expect(await open('kernel.clock_skewed')).toEqual([])
    for (const jump of [day, -day]) {
      await reported(() => Date.now() + jump)
      await watch()
      expect(await open('kernel.clock_skewed')).toEqual(['worker@here:1'])
      await reported(Date.now)
      await watch()
      expect(await open('kernel.clock_skewed')).toEqual([])
    }
    await reported(Date.now, 60_000)
    await watch()
    expect(await open('kernel.clock_skewed')).toEqual(['bells'])
    await reported(Date.now, 0)
    await watch()
    expect(await open('kernel.clock_skewed')).toEqual([])
  })

  test('K-47 a queue whose items are past their time; a queue that cannot be read resolves nothing', async () => {
    await superuser.query(
      `CREATE TABLE public.errand (item_id text, subject_kind text, subject_id text, title text, state text,
                                   opened_at timestamptz, due_at timestamptz, tenant_id text);
       GRANT SELECT ON public.errand TO countersign_dispatcher;
       INSERT INTO public.errand VALUES ('1', 'door', '1', 'Oil it', 'open', now(), now() + interval '1 hour', NULL)`,
    )
    const queue: Queue = {
      ...{ name: 'hall.errands', title: 'Errands', permission: 'hall:read', table: 'public.errand' },
      ...{ projection: 'hall.errand', slaHours: 1, columns: [], actions: [] },
    }
    const kernel = { ...dispatcher, queues: new Map([[queue.name, queue]]) }
    await watch(WATCH_LIMITS, kernel)
    expect(await open('kernel.queue_late')).toEqual([])
    await superuser.query(`UPDATE public.errand SET due_at = now() - interval '1 second'`)
    await watch(WATCH_LIMITS, kernel)
    expect(await open('kernel.queue_late')).toEqual(['hall.errands'])

    await superuser.query('ALTER TABLE public.errand RENAME TO errand_away')
    await watch(WATCH_LIMITS, kernel)
    expect(await open('kernel.condition_unreadable')).toEqual(['the queue hall.errands'])
    expect(problems).toHaveLength(1)
    expect(await open('kernel.queue_late')).toEqual(['hall.errands'])

    await superuser.query('ALTER TABLE public.errand_away RENAME TO errand')
    await superuser.query(`UPDATE public.errand SET state = 'done'`)
    await watch(WATCH_LIMITS, kernel)
    expect(await open('kernel.condition_unreadable')).toEqual([])
    expect(await open('kernel.queue_late')).toEqual([])
  })

  test('K-26 K-47 a backlog is late by the business hours of its queue, not by the clock on the wall', async () => {
    const day = (offset: number) => new Date(Date.now() + offset * 86_400_000).toISOString().slice(0, 10)
    const calendar: BusinessCalendar = {
      ...{ name: 'hall.daily', title: 'Every day', timeZone: 'UTC', holidays: [] },
      hours: [{ days: WEEKDAYS, from: '00:00', to: '24:00' }],
    }
    const closed = [-2, -1, 0, 1].map((offset) => ({ name: 'The hall is painted', once: day(offset) }))
    const queue: Queue = {
      ...{ name: 'hall.parcels', title: 'Parcels', permission: 'hall:read', table: 'public.parcel' },
      ...{ projection: 'hall.parcel', slaHours: 1, columns: [], actions: [] },
    }
    await superuser.query(
      `CREATE TABLE public.parcel (item_id text, state text, opened_at timestamptz, due_at timestamptz, tenant_id text);
       ALTER TABLE public.parcel OWNER TO countersign_owner;
       GRANT SELECT ON public.parcel TO countersign_dispatcher;`,
    )
    const declare = (holidays: BusinessCalendar['holidays']) =>
      migrate(product.database.url('superuser'), [
        { ...kernelMigrations, queues: [{ ...queue, calendar: { ...calendar, holidays } }] },
      ])
    const kernel = { ...dispatcher, queues: new Map([[queue.name, queue]]) }
    await declare(closed)
    await superuser.query(
      `INSERT INTO public.parcel SELECT '1', 'open', opened_at, kernel.due_at('hall.parcels', opened_at), NULL
         FROM (SELECT now() - interval '5 hours' AS opened_at) AS came`,
    )
    await watch(WATCH_LIMITS, kernel)
    expect(await open('kernel.queue_late')).toEqual([])
    // Somebody declares that they worked on those days.
    await declare([])
    await watch(WATCH_LIMITS, kernel)
    expect(await open('kernel.queue_late')).toEqual(['hall.parcels'])
    await declare(closed)
    await watch(WATCH_LIMITS, kernel)
    expect(await open('kernel.queue_late')).toEqual([])
  })

  test('K-47 events that could not be understood', async () => {
    const sequencer = product.database.pool('sequencer')
    const source = {
      source: 'cts',
      map: () => {
        throw new Error('no such field')
      },
    }
    await ingestEvents(sequencer, makeSealer(sequencer, randomBytes(32)), source, [{ odd: true }])
    await watch()
    expect(await open('kernel.dead_letters')).toEqual(['cts'])
  })

  test('K-47 a projection that has left out an event, and one that stands still', async () => {
    const sequencer = product.database.pool('sequencer')
    const projection = (name: string, statement: string) => ({
      ...{ name, tables: [], types: ['*'] },
      apply: [`SELECT ${statement} FROM kernel.ordered_event WHERE position > $1 AND position <= $2`],
    })
    const thin = projection('test.thin', "repeat('9', 30)::integer")
    await registerProjections(sequencer, [thin])
    await securityEvent('HIGH', 'an event to show')
    await sequenceEvents(sequencer)
    await advance(sequencer, thin, 1)
    await watch()
    expect(await open('kernel.projection_left_out')).toEqual(['test.thin'])

    const stopping = new AbortController()
    const running = runProjector({
      pool: sequencer,
      projections: [projection('test.broken', 'no_such_column')],
      signal: stopping.signal,
      report: () => undefined,
    })
    try {
      await expect
        .poll(() => watch().then(() => open('kernel.projection_stopped')), { timeout: 30_000 })
        .toEqual(['test.broken'])
    } finally {
      stopping.abort()
      await running
    }
  })

  test('K-47 entries that no witness has seen for too long, until they are signed', async () => {
    await securityEvent('MEDIUM', 'quiet')
    await watch(SOON)
    expect(await open('kernel.audit_unwitnessed')).toEqual(['audit_log'])
    await log.sequence()
    await watch(SOON)
    expect(await open('kernel.audit_unwitnessed')).toEqual(['audit_log'])
    await log.sign()
    await watch(SOON)
    expect(await open('kernel.audit_unwitnessed')).toEqual([])
  })

  test('K-47 K-33 an entry that is passed over while newer ones are signed is not forgotten', async () => {
    await log.grow(1)
    await log.append(1)
    await log.sequence()
    const limits = { ...WATCH_LIMITS, unwitnessedMs: 600_000 }
    await watch(limits)
    expect(await open('kernel.audit_unwitnessed')).toEqual([])
    const old = encodeTestEntry(testFacts(), new Date(Date.now() - 3_600_000))
    await appendEncoded(superuser, [old])
    await watch(limits)
    expect(await open('kernel.audit_unwitnessed')).toEqual(['audit_log'])
    await log.sequence()
    await log.sign()
    await watch(limits)
    expect(await open('kernel.audit_unwitnessed')).toEqual([])
  })

  test('K-47 a log that the signer refuses to sign, in the transaction that says so', async () => {
    const behind = { size: 1_000_000 }
    const result = await signOnce(product.database.pool('signer'), {
      ...{ key: log.key, witness: log.witness, memory: behind },
    })
    expect(result.state).toBe('halted')
    expect(await open('kernel.audit_halted')).toEqual(['audit_log'])
    await log.sign()
    expect(await open('kernel.audit_halted')).toEqual([])
  })
})

async function deliver(id: string): Promise<void> {
  await superuser.query(
    `ALTER TABLE kernel.outbox DISABLE TRIGGER check_outbox;
     UPDATE kernel.outbox SET available_at = clock_timestamp();
     ALTER TABLE kernel.outbox ENABLE ALWAYS TRIGGER check_outbox`,
  )
  const { rows } = await superuser.query<{ revision: number; connector: string }>(
    'SELECT revision, connector FROM kernel.outbox WHERE request_id = $1',
    [id],
  )
  const due = rows[0]
  if (!due) throw new Error(`${id} has no effect`)
  await deliverEffect(
    {
      kernel: dispatcher,
      holder: 'test',
      leaseMs: 60_000,
      signal: new AbortController().signal,
      report: () => undefined,
    },
    { request_id: id, ...due },
  )
}

async function deliverUntil(id: string, state: string): Promise<void> {
  for (let attempt = 0; attempt < 20; attempt += 1) {
    await deliver(id)
    const { rows } = await superuser.query<{ state: string }>(
      'SELECT state FROM kernel.action_request WHERE request_id = $1',
      [id],
    )
    if (rows[0]?.state === state) return
  }
  throw new Error(`${id} never became ${state}`)
}
