import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  appendEncoded,
  createTestAuditLog,
  encodeTestEntry,
  TEST_ORIGIN,
  type TestAuditLog,
  testFacts,
} from '@countersign/testkit/audit-log.ts'
import { cloneDatabase } from '@countersign/testkit/clone-database.ts'
import { forgeAgreement, forgeRequest } from '@countersign/testkit/forged-request.ts'
import { createTestDatabase, type TestDatabase } from '@countersign/testkit/test-database.ts'
import type pg from 'pg'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { declaredActions } from '../actions/declare-actions.ts'
import { uuidV7 } from '../db/uuid-v7.ts'
import { kernelConsole } from '../kernel-console.ts'
import { kernelMigrations } from '../migration-source.ts'
import type { AuditFacts } from './audit-entry.ts'
import { readAuditHalt } from './audit-halt.ts'
import { latestCheckpoint } from './inclusion-proof.ts'
import { sequenceOnce } from './sequencer.ts'
import { generateSignerKey, openCheckpoint, openNote, parseSignerKey } from './signed-note.ts'
import { runSigner, signOnce } from './signer.ts'
import { type Witness, witnessDirectory } from './witness-directory.ts'

let database: TestDatabase
let log: TestAuditLog

beforeEach(async () => {
  database = await createTestDatabase([{ ...kernelMigrations, actions: declaredActions([kernelConsole]) }])
  log = createTestAuditLog(database)
})
afterEach(async () => {
  log.remove()
  await database.drop()
})

const reader = () => database.pool('auditor')
/** Two people agree to another key, by the kernel's own routines. */
async function rotateTo(next: string): Promise<void> {
  const superuser = database.pool('superuser')
  const [by, another] = ['one', 'another'].map((id) => ({ id, roles: ['kernel/auditor'] }))
  if (!by || !another) throw new Error('nobody')
  await superuser.query(`INSERT INTO kernel.role (role, console) VALUES ('kernel/auditor', 'kernel')`)
  await superuser.query(
    `INSERT INTO kernel.person (person_id, kind, issuer, subject, asserted_roles)
     SELECT id, 'person', 'here', id, '{kernel/auditor}' FROM unnest($1::text[]) AS id`,
    [[by.id, another.id]],
  )
  const decided = { old_key: log.key.text, new_key: next }
  const forged = forgeRequest({
    ...{ by, type: 'kernel.rotate_audit_key', target: { kind: 'audit_log', id: 'main' }, decided },
    ...{ required: 1, local: true, eligibleRoles: ['kernel/auditor'], detail: { rotation: decided } },
  })
  const agreed = forgeAgreement(forged, another, { before: 0, last: true, events: [] })
  for (const parts of [forged.parts, agreed]) {
    await superuser.query('SELECT kernel.commit_write($1::jsonb)', [JSON.stringify(parts)])
  }
}

const appendAndSequence = async (count: number) => {
  await log.append(count)
  await log.sequence()
}

test('K-33 signs what is new, shows it to the witness, then publishes it', async () => {
  expect(await log.sign()).toEqual({ state: 'signed', size: 0 })
  expect(await log.sign()).toEqual({ state: 'nothing_new', size: 0 })
  await appendAndSequence(5)
  expect(await log.sign()).toEqual({ state: 'signed', size: 5 })
  await appendAndSequence(300)
  expect(await log.sign()).toEqual({ state: 'signed', size: 305 })
  expect(await log.sign()).toEqual({ state: 'nothing_new', size: 305 })
  const published = await latestCheckpoint(reader())
  expect(published?.size).toBe(305)
  expect((await log.witness.latest())?.note).toBe(published?.note)
  expect(openCheckpoint(published?.note ?? '', [log.key])).toMatchObject({ origin: TEST_ORIGIN, size: 305 })
  expect(await readAuditHalt(reader())).toBeUndefined()
})

test('K-33 K-32 no other login holds up what the signer writes, whatever it locks', async () => {
  const others = ['auditor', 'app', 'dispatcher', 'sequencer'] as const
  const holding = await Promise.all(others.map((role) => database.pool(role).connect()))
  // As many as the log has had for itself.
  const locks = Array.from({ length: 16 }, (_, n) => `pg_advisory_lock_shared(1635083369, ${n})`)
  const tables = ['audit_checkpoint', 'audit_halt', 'audit_signer_key', 'audit_offered_key']
  try {
    for (const client of holding) {
      await client.query(`SELECT ${locks.join()}`)
      await client.query('BEGIN')
      for (const table of tables) {
        await client.query('SAVEPOINT before')
        for (const mode of ['ACCESS EXCLUSIVE', 'SHARE UPDATE EXCLUSIVE', 'ROW EXCLUSIVE', 'SHARE']) {
          await expect(client.query(`LOCK TABLE kernel.${table} IN ${mode} MODE NOWAIT`)).rejects.toThrow(
            /permission denied/,
          )
          await client.query('ROLLBACK TO before')
        }
        // What whoever may read it can hold.
        await client
          .query(`LOCK TABLE kernel.${table} IN ACCESS SHARE MODE`)
          .catch(async (error: unknown) => {
            expect(String(error)).toMatch(/permission denied/)
            await client.query('ROLLBACK TO before')
          })
      }
    }
    const signer = await database.pool('signer').connect()
    try {
      await signer.query(`SET lock_timeout = '2s'`)
      await signer.query(`SELECT kernel.record_audit_halt(true, 'fork', 'for the test')`)
      await signer.query(`SELECT kernel.record_audit_halt(false, 'fork', 'over')`)
      await signer.query(`SELECT kernel.offer_audit_key(NULL)`)
    } finally {
      signer.release(true)
    }
    await appendAndSequence(1)
    expect(await log.sign()).toMatchObject({ state: 'signed' })
  } finally {
    for (const client of holding) client.release(true)
  }
})

test('K-33 a witness that cannot be reached halts nothing, and nothing is published past it', async () => {
  await log.grow(3)
  await appendAndSequence(2)
  const away: Witness = {
    latest: () => log.witness.latest(),
    add: () => Promise.reject(new Error('the disk is full')),
  }
  await expect(signOnce(database.pool('signer'), { key: log.key, witness: away })).rejects.toThrow(
    /disk is full/,
  )
  expect((await latestCheckpoint(reader()))?.size).toBe(3)
  expect(await readAuditHalt(reader())).toBeUndefined()
  expect(await log.sign()).toEqual({ state: 'signed', size: 5 })
})

test('K-33 a signer killed between witness and database is caught up with', async () => {
  await log.grow(3)
  await appendAndSequence(2)
  const signer = database.pool('signer')
  const query = signer.query.bind(signer) as (text: string, values?: unknown[]) => Promise<pg.QueryResult>
  const dying = {
    query: (text: string, values?: unknown[]) =>
      text.includes('publish') ? Promise.reject(new Error('killed')) : query(text, values),
  } as Pick<pg.Pool, 'query'>
  await expect(signOnce(dying, { key: log.key, witness: log.witness })).rejects.toThrow(/killed/)
  expect((await log.witness.latest())?.size).toBe(5)
  expect((await latestCheckpoint(reader()))?.size).toBe(3)

  expect(await log.sign()).toEqual({ state: 'nothing_new', size: 5 })
  expect((await latestCheckpoint(reader()))?.note).toBe((await log.witness.latest())?.note)
})

test('K-33 case 27: after the restore of an old backup signer and witness refuse, and say so for all to see', async () => {
  await log.grow(10)
  const backup = await cloneDatabase(database)
  log = createTestAuditLog(database, log)
  await log.grow(20)

  const duty = { key: log.key, witness: log.witness }
  const signer = backup.pool('signer')
  const first = await signOnce(signer, duty)
  expect(first).toMatchObject({ state: 'halted', halt: { code: 'rollback' } })
  // The server reads it as `app` and goes read-only.
  expect(await readAuditHalt(backup.pool('app'))).toMatchObject({
    code: 'rollback',
    message: /30 entries.*only 10/,
  })
  await signOnce(signer, duty)
  expect((await signer.query('SELECT FROM kernel.audit_halt')).rowCount).toBe(1)

  // The restored log grows past what was signed; it is another history now, and refused as one.
  await appendEncoded(
    backup.pool('superuser'),
    Array.from({ length: 40 }, (_, at) => encodeTestEntry(testFacts(at))),
  )
  await sequenceOnce(backup.pool('sequencer'))
  expect(await signOnce(signer, duty)).toMatchObject({ state: 'halted', halt: { code: 'fork' } })
  expect((await latestCheckpoint(signer))?.size).toBe(10)
  expect((await log.witness.latest())?.size).toBe(30)

  // The true log is unharmed.
  expect(await log.sign()).toEqual({ state: 'nothing_new', size: 30 })
  await backup.drop()
})

test('K-33 the end cut off database and witness alike does not deceive a signer that has signed it', async () => {
  await log.grow(10)
  const backup = await cloneDatabase(database)
  log = createTestAuditLog(database, log)
  const cut = mkdtempSync(join(tmpdir(), 'countersign-witness-'))
  cpSync(log.directory, cut, { recursive: true })
  await log.grow(20)

  const memory = { size: 0 }
  const duty = { key: log.key, witness: log.witness, memory }
  expect(await signOnce(database.pool('signer'), duty)).toEqual({ state: 'nothing_new', size: 30 })
  const rolledBack = { key: log.key, witness: witnessDirectory(cut, log.key) }
  const signer = backup.pool('signer')
  expect(await signOnce(signer, { ...rolledBack, memory })).toMatchObject({
    state: 'halted',
    halt: { code: 'rollback' },
  })
  // One that begins anew cannot know: a checkpoint kept elsewhere can (docs/audit.md).
  expect(await signOnce(signer, rolledBack)).toEqual({ state: 'nothing_new', size: 10 })
  rmSync(cut, { recursive: true })
  await backup.drop()
})

test('K-33 case 29: a database that was given another history is not signed, and the true one clears the halt', async () => {
  await log.grow(10)
  const superuser = database.pool('superuser', { max: 1 })
  const kept = await superuser.query<{ leaf_hash: Buffer }>(
    'SELECT leaf_hash FROM kernel.audit_leaf WHERE leaf_index = 4',
  )
  await superuser.query(`
    ALTER TABLE kernel.audit_leaf DISABLE TRIGGER ALL;
    UPDATE kernel.audit_leaf SET leaf_hash = sha256('forged') WHERE leaf_index = 4`)
  await appendAndSequence(1)
  expect(await log.sign()).toMatchObject({ state: 'halted', halt: { code: 'fork' } })
  expect((await readAuditHalt(reader()))?.message).toMatch(/first 10 entries are not those/)

  await superuser.query('UPDATE kernel.audit_leaf SET leaf_hash = $1 WHERE leaf_index = 4', [
    kept.rows[0]?.leaf_hash,
  ])
  expect(await log.sign()).toEqual({ state: 'signed', size: 11 })
  expect(await readAuditHalt(reader())).toBeUndefined()
  const { rows } = await reader().query('SELECT halted, code FROM kernel.audit_halt ORDER BY position')
  expect(rows).toEqual([
    { halted: true, code: 'fork' },
    { halted: false, code: 'fork' },
  ])
})

test('K-33 leaves removed from under the tree halt the signer', async () => {
  await log.grow(10)
  await database.pool('superuser', { max: 1 }).query(`
    ALTER TABLE kernel.audit_leaf DISABLE TRIGGER ALL;
    DELETE FROM kernel.audit_leaf WHERE leaf_index = 4`)
  await appendAndSequence(1)
  expect(await log.sign()).toMatchObject({ state: 'halted', halt: { code: 'damaged' } })
})

test('K-33 a witness that has lost its files is not taken for a new one', async () => {
  await log.grow(3)
  rmSync(join(log.directory, 'x000'), { recursive: true })
  await appendAndSequence(2)
  expect(await log.sign()).toMatchObject({ state: 'halted', halt: { code: 'witness_lost' } })

  // What the guide says: the last published checkpoint starts the new witness.
  const first = join(log.directory, 'x000/x000/000')
  mkdirSync(dirname(first), { recursive: true })
  writeFileSync(first, (await latestCheckpoint(reader()))?.note ?? '')
  expect(await log.sign()).toEqual({ state: 'signed', size: 5 })
  expect(await readAuditHalt(reader())).toBeUndefined()
})

test('K-33 a damaged witness, a changed key and an altered checkpoint halt the signer', async () => {
  await log.grow(3)
  const file = join(log.directory, 'x000/x000/000')
  const note = readFileSync(file, 'utf8')
  const duty = { key: log.key, witness: log.witness }
  const signer = database.pool('signer')

  writeFileSync(file, note.replace('\n3\n', '\n2\n'))
  expect(await signOnce(signer, duty)).toMatchObject({ state: 'halted', halt: { code: 'witness_damaged' } })
  writeFileSync(file, note)
  expect(await signOnce(signer, duty)).toMatchObject({ state: 'nothing_new' })

  const otherKey = parseSignerKey(generateSignerKey(TEST_ORIGIN))
  const other = { key: otherKey, witness: witnessDirectory(log.directory, otherKey) }
  expect(await signOnce(signer, other)).toMatchObject({ state: 'halted', halt: { code: 'key_changed' } })

  await database.pool('superuser', { max: 1 }).query(`
    ALTER TABLE kernel.audit_checkpoint DISABLE TRIGGER ALL;
    UPDATE kernel.audit_checkpoint SET note = replace(note, E'\\n3\\n', E'\\n2\\n')`)
  expect(await signOnce(signer, duty)).toMatchObject({ state: 'halted', halt: { code: 'damaged' } })
})

test('K-33 a running signer tells of a halt once, and goes on by itself when the log is whole again', async () => {
  await log.grow(5)
  const superuser = database.pool('superuser', { max: 1 })
  const setRoot = (sql: string) =>
    superuser.query(`ALTER TABLE kernel.audit_leaf DISABLE TRIGGER ALL; ${sql}`)
  await setRoot('UPDATE kernel.audit_leaf SET leaf_index = -leaf_index WHERE leaf_index IN (1)')
  await log.append(1)
  await log.sequence()
  const halts: string[] = []
  const stop = new AbortController()
  const running = runSigner({
    pool: database.pool('signer', { max: 1 }),
    key: log.key,
    witness: log.witness,
    signal: stop.signal,
    intervalMs: 1,
    haltRecheckIntervalMs: 1,
    onProblem: (error) => halts.push(String(error)),
    onHalt: (halt) => halts.push(halt.code),
  })
  while (!(await readAuditHalt(reader()))) await sleep(5)
  await setRoot('UPDATE kernel.audit_leaf SET leaf_index = -leaf_index WHERE leaf_index = -1')
  while ((await latestCheckpoint(reader()))?.size !== 6) await sleep(5)
  stop.abort()
  await running
  expect(halts).toEqual(['damaged'])
  expect(await readAuditHalt(reader())).toBeUndefined()
})

test('K-33 K-32 a running signer signs though another login holds the lock of its duty, and tells of it', async () => {
  const auditor = await database.pool('auditor').connect()
  const stop = new AbortController()
  const problems: unknown[] = []
  try {
    await auditor.query('SELECT pg_advisory_lock(1635083369, 2)')
    const running = runSigner({
      ...{
        pool: database.pool('signer', { max: 1 }),
        key: log.key,
        witness: log.witness,
        signal: stop.signal,
      },
      ...{ intervalMs: 5, standbyIntervalMs: 5, onProblem: (error) => problems.push(error) },
    })
    await appendAndSequence(4)
    while ((await latestCheckpoint(reader()))?.size !== 4) await sleep(5)
    stop.abort()
    await running
  } finally {
    auditor.release(true)
  }
  expect(problems.map(String)).toEqual([
    'Error: the lock of this duty is held by countersign_auditor, which has no such duty: it goes on without',
  ])
})

test('K-33 a running signer covers new entries by itself, and stops when told', async () => {
  const copy = `${log.directory}-copy`
  const stop = new AbortController()
  const problems: unknown[] = []
  const running = [1, 2].map(() =>
    runSigner({
      pool: database.pool('signer', { max: 1 }),
      key: log.key,
      witness: log.witness,
      signal: stop.signal,
      intervalMs: 5,
      standbyIntervalMs: 5,
      onProblem: (error) => problems.push(error),
    }),
  )
  for (const size of [4, 8, 12]) {
    await appendAndSequence(4)
    while ((await latestCheckpoint(reader()))?.size !== size) await sleep(5)
  }
  stop.abort()
  await Promise.all(running)
  expect(problems).toEqual([])
  cpSync(log.directory, copy, { recursive: true })
  expect((await witnessDirectory(copy, log.key).latest())?.size).toBe(12)
  rmSync(copy, { recursive: true })
})

test('K-33 a signer that lacks the key declared, or the one before it, halts and says which it needs', async () => {
  await log.grow(3)
  const signer = database.pool('signer')
  const next = parseSignerKey(generateSignerKey(TEST_ORIGIN))
  const both = witnessDirectory(log.directory, [log.key, next])
  const request = uuidV7()
  const step = (id: string, from: string | null, to: string): AuditFacts => ({
    kind: 'action',
    actor: { id, roles: [] },
    action: 'kernel.rotate_audit_key',
    outcome: to,
    actionRequestId: request,
    transition: { from, to, revision: 1 },
    detail: { rotation: { old_key: log.key.text, new_key: next.text } },
  })
  const superuser = database.pool('superuser')
  const declare = async (...facts: AuditFacts[]) => {
    await appendEncoded(
      superuser,
      facts.map((fact) => encodeTestEntry(fact)),
    )
    await log.sequence()
  }
  // One person alone changes nothing.
  await declare(step('one', null, 'pending'), step('one', 'pending', 'executed'))
  expect(await log.sign()).toEqual({ state: 'signed', size: 5 })
  await rotateTo(next.text)
  await log.sequence()
  expect(await log.sign()).toMatchObject({
    state: 'halted',
    halt: { code: 'key_changed', message: expect.stringContaining(next.text) },
  })
  expect(await signOnce(signer, { key: next, witness: both })).toMatchObject({
    state: 'halted',
    halt: { code: 'key_changed', message: expect.stringContaining(log.key.text) },
  })
  expect(await signOnce(signer, { key: log.key, next, witness: both })).toEqual({ state: 'signed', size: 8 })
  expect(await readAuditHalt(reader())).toBeUndefined()
  const note = (await latestCheckpoint(reader()))?.note ?? ''
  expect(openNote(note, [log.key, next]).signedBy).toEqual([log.key, next])

  // From the next checkpoint on, the new key alone; the old one is of no use any more.
  await appendAndSequence(1)
  expect(await log.sign()).toMatchObject({ state: 'halted', halt: { code: 'key_changed' } })
  expect(await signOnce(signer, { key: next, witness: witnessDirectory(log.directory, next) })).toEqual({
    state: 'signed',
    size: 9,
  })
})

test('K-33 the login of the signer takes no key on entries alone, in whosever name they are', async () => {
  await log.grow(3)
  const next = parseSignerKey(generateSignerKey(TEST_ORIGIN)).text
  const keys = 'SELECT verifier_key FROM kernel.audit_signer_key'
  const before = (await reader().query(keys)).rows
  const request = uuidV7()
  await appendEncoded(
    database.pool('superuser'),
    [
      { id: 'one', from: null, to: 'pending' },
      { id: 'another', from: 'pending', to: 'executed' },
    ].map(({ id, from, to }) =>
      encodeTestEntry({
        ...{ kind: 'action', actor: { id, roles: [] }, action: 'kernel.rotate_audit_key', outcome: to },
        ...{ actionRequestId: request, transition: { from, to, revision: 1 } },
        detail: { rotation: { old_key: log.key.text, new_key: next } },
      }),
    ),
  )
  await log.sequence()
  for (const index of [3, 4]) {
    await expect(
      database.pool('signer').query('SELECT kernel.take_audit_signer_key($1, $2)', [index, next]),
    ).rejects.toMatchObject({ code: '23001' })
  }
  expect((await reader().query(keys)).rows).toEqual(before)
})
