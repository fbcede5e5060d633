import { type ChildProcess, spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import {
  appendEncoded,
  createTestAuditLog,
  encodeTestEntry,
  type TestAuditLog,
  testFacts,
} from '@countersign/testkit/audit-log.ts'
import { createTestDatabase, type TestDatabase } from '@countersign/testkit/test-database.ts'
import pg from 'pg'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { kernelMigrations } from '../migration-source.ts'
import { runSequencer, sequenceOnce } from './sequencer.ts'

let database: TestDatabase
let log: TestAuditLog

beforeEach(async () => {
  database = await createTestDatabase([kernelMigrations])
  log = createTestAuditLog(database)
})
afterEach(async () => {
  log.remove()
  await database.drop()
})

/** I6: every committed entry is exactly one leaf or still pending; indexes are contiguous; the head counts them. */
async function expectWholeLog(options: { entries: number; pending?: number }): Promise<void> {
  const { rows } = await database.pool('auditor').query(
    `SELECT (SELECT count(*)::int FROM kernel.audit_entry) AS entries,
            (SELECT count(*)::int FROM kernel.audit_pending) AS pending,
            (SELECT count(*)::int FROM kernel.audit_leaf) AS leaves,
            (SELECT count(DISTINCT entry_id)::int FROM kernel.audit_leaf) AS distinct_leaves,
            (SELECT coalesce(max(leaf_index) + 1, 0)::int FROM kernel.audit_leaf) AS reach,
            (SELECT size::int FROM kernel.audit_head) AS size,
            (SELECT count(*)::int FROM kernel.audit_leaf l JOIN kernel.audit_entry e USING (seq)
              WHERE e.entry_id = l.entry_id AND e.leaf_hash = l.leaf_hash) AS faithful`,
  )
  const { entries, pending = 0 } = options
  const leaves = entries - pending
  expect(rows[0]).toEqual({
    entries,
    pending,
    leaves,
    distinct_leaves: leaves,
    reach: leaves,
    size: leaves,
    faithful: leaves,
  })
}

test('I6 committed entries become leaves, in batches, once each', async () => {
  await log.append(700)
  expect(await log.sequence(300)).toEqual({ state: 'sequenced', count: 300, size: 300 })
  await expectWholeLog({ entries: 700, pending: 400 })
  expect(await log.sequence(300)).toEqual({ state: 'sequenced', count: 300, size: 600 })
  expect(await log.sequence()).toEqual({ state: 'sequenced', count: 100, size: 700 })
  expect(await log.sequence()).toEqual({ state: 'nothing_pending', size: 700 })
  await expectWholeLog({ entries: 700 })
})

test('I6 an entry inserted early and committed late is neither skipped nor doubled', async () => {
  const app = database.pool('superuser')
  const late = await app.connect()
  const entry = encodeTestEntry({ ...testFacts(), outcome: 'late' })
  await late.query('BEGIN')
  await appendEncoded(late, [entry])

  await log.append(3)
  expect(await log.sequence()).toMatchObject({ count: 3 })
  const undone = await app.connect()
  await undone.query('BEGIN')
  await appendEncoded(undone, [encodeTestEntry({ ...testFacts(), outcome: 'rolled back' })])
  await undone.query('ROLLBACK')
  undone.release()
  await log.append(2)
  expect(await log.sequence()).toMatchObject({ count: 2 })

  await late.query('COMMIT')
  late.release()
  expect(await log.sequence()).toMatchObject({ count: 1, size: 6 })
  await expectWholeLog({ entries: 6 })
  const { rows } = await database
    .pool('auditor')
    .query('SELECT leaf_index, seq FROM kernel.audit_leaf WHERE entry_id = $1', [entry.id])
  // Its sequence number was the first of all; its place is the last.
  expect(rows).toEqual([{ leaf_index: '5', seq: '0' }])
})

test('I6 random interleavings of many writers, commits and rollbacks leave a whole log', async () => {
  const app = database.pool('superuser', { max: 8 })
  let committed = 0
  let writing = true
  const writer = async (seed: number) => {
    for (let round = 0; round < 25; round += 1) {
      const client = await app.connect()
      await client.query('BEGIN')
      for (let part = 0; part <= (seed + round) % 3; part += 1) {
        await appendEncoded(client, [encodeTestEntry(testFacts(part))])
      }
      const keep = (seed * 7 + round) % 5 !== 0
      if (round % 4 === seed % 4) await sleep(3)
      await client.query(keep ? 'COMMIT' : 'ROLLBACK')
      if (keep) committed += ((seed + round) % 3) + 1
      client.release()
    }
  }
  const sequencers = [1, 2].map(async () => {
    const pool = database.pool('sequencer', { max: 1 })
    while (writing) await sequenceOnce(pool, { limit: 7 })
  })
  await Promise.all([0, 1, 2, 3, 4, 5].map(writer))
  writing = false
  await Promise.all(sequencers)
  for (let result = await log.sequence(); result.state === 'sequenced'; ) result = await log.sequence()
  await expectWholeLog({ entries: committed })
})

test('I6 while one sequencer holds the head another leaves it alone', async () => {
  await log.append(5)
  const holder = await database.pool('sequencer').connect()
  await holder.query('BEGIN')
  await holder.query('SELECT * FROM kernel.take_audit_batch(2)')
  expect(await log.sequence()).toEqual({ state: 'busy' })
  await holder.query('ROLLBACK')
  holder.release()
  expect(await log.sequence()).toMatchObject({ state: 'sequenced', count: 5 })
})

test('I6 a stale batch is refused by the database: the head moves by compare-and-set', async () => {
  await log.append(4)
  const pool = database.pool('sequencer', { max: 1 })
  const { rows } = await pool.query<{ seq: string }>('SELECT seq FROM kernel.take_audit_batch(4)')
  await log.sequence()
  const seqs = rows.map((row) => row.seq)
  const store = (size: number, tail: Buffer) =>
    pool.query(`SELECT kernel.store_audit_batch($1, $2, $3, '{}', '{}', '{}', '{}')`, [size, seqs, tail])
  await expect(store(0, Buffer.alloc(4 * 32))).rejects.toMatchObject({ code: '40001' })
  await expect(store(4, Buffer.alloc(8 * 32))).rejects.toThrow(/still pending/)
  await expectWholeLog({ entries: 4 })
})

const startedBy = new Map<ChildProcess, Promise<unknown>>()

/** A sequencer in a process of its own. */
function startSequencer(): ChildProcess {
  const source = `
    import pg from 'pg'
    import { runSequencer } from ${JSON.stringify(fileURLToPath(new URL('./sequencer.ts', import.meta.url)))}
    const pool = new pg.Pool({ connectionString: process.env.SEQUENCER_DATABASE_URL, max: 2 })
    pool.on('error', () => undefined)
    process.stdout.write('started')
    await runSequencer({ pool, signal: new AbortController().signal, intervalMs: 1, standbyIntervalMs: 20,
      limit: 40, onProblem: (error) => process.stderr.write(String(error)) })`
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', source], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    env: { ...process.env, SEQUENCER_DATABASE_URL: database.url('sequencer') },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  startedBy.set(child, new Promise((done) => child.stdout?.once('data', done)))
  return child
}

test('K-33 case 30: I6 of two sequencer processes one works; killed at any moment, the other goes on without gap', async () => {
  const app = database.pool('superuser', { max: 4 })
  const auditor = database.pool('auditor')
  const size = async () => Number((await auditor.query('SELECT size FROM kernel.audit_head')).rows[0]?.size)
  let appended = 0
  const append = async () => {
    await appendEncoded(
      app,
      [1, 2, 3, 4, 5].map((at) => encodeTestEntry(testFacts(at))),
    )
    appended += 5
  }
  const running: ChildProcess[] = []
  for (let round = 0; round < 3; round += 1) {
    while (running.length < 2) running.push(startSequencer())
    await Promise.all(running.map((child) => startedBy.get(child)))
    await append()
    while ((await size()) < appended) await sleep(2)
    const { rows } = await database.pool('superuser').query<{ leaders: number }>(
      `SELECT count(*)::int AS leaders FROM pg_locks l JOIN pg_database d ON d.oid = l.database
        WHERE l.locktype = 'advisory' AND l.granted AND d.datname = current_database()`,
    )
    expect(rows[0]?.leaders).toBe(1)
    // Both die in the middle of the work, at another point each round; or only the one, and the other takes over.
    for (let part = 0; part < 20; part += 1) {
      await append()
      if (part === 4 + round * 4)
        for (const child of running.splice(0, round === 1 ? 1 : 2)) child.kill('SIGKILL')
    }
  }
  while (running.length < 2) running.push(startSequencer())
  while ((await size()) < appended) await sleep(20)
  for (const child of running) child.kill('SIGKILL')
  await expectWholeLog({ entries: appended })
  expect(await log.sign()).toMatchObject({ state: 'signed', size: appended })
}, 60_000)

test('I6 a sequencer whose connection is cut takes up its duty again', async () => {
  const pool = new pg.Pool({
    connectionString: database.url('sequencer'),
    max: 2,
    application_name: 'cut-me',
  })
  pool.on('error', () => undefined)
  const stop = new AbortController()
  const problems: unknown[] = []
  const running = runSequencer({
    pool,
    signal: stop.signal,
    intervalMs: 1,
    onProblem: (error) => problems.push(error),
  })
  const size = async () =>
    Number((await database.pool('auditor').query('SELECT size FROM kernel.audit_head')).rows[0]?.size)
  await log.append(3)
  while ((await size()) < 3) await sleep(10)
  await database
    .pool('superuser')
    .query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'cut-me'`)
  await log.append(4)
  while ((await size()) < 7) await sleep(10)
  stop.abort()
  await running
  await pool.end()
  expect(problems).toHaveLength(1)
  await expectWholeLog({ entries: 7 })
})
