import { randomUUID } from 'node:crypto'
import { type SmallProduct, startSmallProduct } from '@countersign/testkit/small-console.ts'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sequenceOnce } from '../audit/sequencer.ts'
import type { Principal } from '../identity/principal.ts'
import type { Kernel } from '../kernel.ts'
import { sequenceEvents } from '../projections/projector.ts'
import { recordDenial } from './record-denial.ts'
import { submitAction } from './submit-action.ts'

const WRITERS = 12
/** Nobody has to wait this long unless for a lock that another transaction holds. */
const STATEMENT_TIMEOUT_MS = 20_000

let small: SmallProduct
let porter: Principal

beforeAll(async () => {
  small = await startSmallProduct({ class: 'A' })
  porter = await small.person('porter', ['hall/PORTER'])
  // The subject's key and the like are made once; what is looked at here is what every write does.
  await small.authorise(porter)
})
afterAll(() => small?.database.drop())

/** A connection whose commits are held back: what a writer has written stays in its open transaction. */
async function heldOpen(): Promise<{
  kernel: Kernel
  statements: string[]
  end: (how: 'COMMIT' | 'ROLLBACK') => Promise<void>
}> {
  const client = new pg.Client({ connectionString: small.database.url('app') })
  await client.connect()
  await client.query(`SET statement_timeout = ${STATEMENT_TIMEOUT_MS}`)
  const statements: string[] = []
  const pool = small.kernels.app.pool
  const intercepting = {
    async query(given: string | { text: string }, values?: unknown[]) {
      const text = typeof given === 'string' ? given : given.text
      statements.push(text)
      if (!text.includes('commit_write')) return pool.query(given as string, values)
      await client.query('BEGIN')
      return client.query(given as string, values)
    },
  }
  const { consoles } = small.kernels.app
  return {
    kernel: { ...small.kernels.app, pool: intercepting as unknown as pg.Pool, consoles },
    statements,
    async end(how) {
      await client.query(how)
      await client.end()
    },
  }
}

function ask(kernel: Kernel, principal: Principal) {
  const action = kernel.actions.get('hall.open_door')
  if (!action) throw new Error('the hall has lost its action')
  const body = { target: { kind: 'door', id: randomUUID() }, reason: { code: 'visitor' } }
  return submitAction(kernel, {
    principal,
    origin: { httpRequestId: randomUUID(), ip: '127.0.0.1', userAgent: 'test' },
    action,
    door: 'POST /v1/actions/hall.open_door',
    key: randomUUID(),
    rawBody: body,
    body,
    bindsPreview: true,
  })
}

const waiting = async () => {
  const { rows } = await small.database
    .pool('superuser')
    .query<{ query: string }>(
      `SELECT a.query FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE NOT l.granted AND a.datname = current_database()`,
    )
  return rows.map(({ query }) => query)
}

test('S-01 K-33 no writer waits for another: one person, many writes held open at once', async () => {
  const writers = await Promise.all(Array.from({ length: WRITERS }, heldOpen))
  const answers = await Promise.all(writers.map(({ kernel }) => ask(kernel, porter)))
  expect(answers.map(({ ok }) => ok)).toEqual(writers.map(() => true))
  expect(await waiting()).toEqual([])

  // Nor do those who give what is written its place, nor a denial, nor a write that is not held open.
  await sequenceEvents(small.database.pool('sequencer'))
  await sequenceOnce(small.database.pool('sequencer'))
  const outsider = { ...porter, roles: [] }
  await recordDenial(
    small.kernels.app,
    outsider,
    { httpRequestId: 'x', ip: '127.0.0.1', userAgent: '' },
    {
      action: 'hall.open_door',
      movesMoney: false,
      code: 'forbidden',
    },
  )
  expect((await ask(small.kernels.app, porter)).ok).toBe(true)

  const before = await counts()
  await Promise.all(writers.map(({ end }) => end('COMMIT')))
  const after = await counts()
  expect(after).toEqual(Object.fromEntries(Object.entries(before).map(([table, n]) => [table, n + WRITERS])))
})

test('S-01 K-33 nor for those who sequence, however long they take', async () => {
  const superuser = await small.database.pool('superuser').connect()
  try {
    await superuser.query('BEGIN')
    // What a sequencer holds while it works.
    await superuser.query('SELECT FROM kernel.audit_head FOR UPDATE')
    await superuser.query('SELECT FROM kernel.event_head FOR UPDATE')
    const writers = await Promise.all(Array.from({ length: 3 }, heldOpen))
    const answers = await Promise.all(writers.map(({ kernel }) => ask(kernel, porter)))
    expect(answers.every(({ ok }) => ok)).toBe(true)
    await Promise.all(writers.map(({ end }) => end('COMMIT')))
  } finally {
    await superuser.query('ROLLBACK')
    superuser.release()
  }
})

test('S-01 what an action writes is written by one statement, and tells nobody on its way', async () => {
  const writer = await heldOpen()
  expect((await ask(writer.kernel, porter)).ok).toBe(true)
  await writer.end('ROLLBACK')
  const writes = writer.statements.filter((text) => !/^\s*SELECT (?!kernel\.)/.test(text))
  expect(writes.map((text) => /kernel\.[a-z_]+/.exec(text)?.[0])).toEqual([
    'kernel.begin_submission',
    'kernel.commit_write',
  ])
  // A notification is sent under one lock for the whole server; a writer that takes it waits for all others.
  const { rows } = await small.database.pool('superuser').query<{ proname: string; notifies: boolean }>(
    `SELECT DISTINCT proname, prosrc ~* '\\m(notify|pg_notify|lock table|pg_advisory\\w*)\\M' AS notifies
       FROM pg_proc
      WHERE pronamespace = 'kernel'::regnamespace
        AND (proname = ANY ($1)
             -- Who somebody is was found out before: accounts that take up one address wait for one another there, and those who
             -- lose the same kept role do so as well, in the effect of the action and not while it is asked for.
             OR oid IN (SELECT tgfoid FROM pg_trigger
                         WHERE tgrelid NOT IN ('kernel.person'::regclass, 'kernel.role_revocation'::regclass)))`,
    [['begin_submission', 'commit_write', 'write_parts', 'append_events', 'insert_audit']],
  )
  expect(rows.map(({ proname }) => proname)).toEqual(
    expect.arrayContaining(['write_parts', 'append_events', 'insert_audit', 'check_transition']),
  )
  expect(rows.filter(({ notifies }) => notifies)).toEqual([])
})

async function counts(): Promise<Record<string, number>> {
  const tables = ['action_request', 'action_revision', 'action_transition', 'outbox', 'event', 'audit_entry']
  const { rows } = await small.database
    .pool('superuser')
    .query(
      `SELECT ${tables.map((table) => `(SELECT count(*)::integer FROM kernel.${table}) AS ${table}`).join(', ')}`,
    )
  return rows[0]
}
