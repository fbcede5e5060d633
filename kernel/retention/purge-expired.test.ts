import { setTimeout as sleep } from 'node:timers/promises'
import { createTestDatabase, type TestDatabase } from '@countersign/testkit/test-database.ts'
import type pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { kernelMigrations } from '../migration-source.ts'
import { purgeExpired, runPurge } from './purge-expired.ts'

let database: TestDatabase
let superuser: pg.Pool

beforeAll(async () => {
  database = await createTestDatabase([kernelMigrations])
  superuser = database.pool('superuser')
  await superuser.query(
    `INSERT INTO kernel.person (person_id, kind, issuer, subject) VALUES ('p', 'person', 'i', 's')`,
  )
})
afterAll(() => database?.drop())

/** One row of each kind, so old; named by the age. */
async function rowsOfAge(age: string): Promise<void> {
  await superuser.query(
    `INSERT INTO kernel.idempotency (actor_id, door, key, request_digest, status, answer, recorded_at)
     VALUES ('p', 'd', $1::text, '', 200, '{}', now() - $1::text::interval)`,
    [age],
  )
  await superuser.query(
    `INSERT INTO kernel.idempotency_in_flight (actor_id, door, key, request_digest, holder, until)
     VALUES ('p', 'd', $1::text, '', gen_random_uuid(), now() - $1::text::interval)`,
    [age],
  )
  await superuser.query(
    `INSERT INTO kernel.ingested (source, event_id, at) VALUES ('cts', $1::text, now() - $1::text::interval)`,
    [age],
  )
  await superuser.query(
    `INSERT INTO kernel.session (session_id, token_hash, person_id, authenticated_at, idle_limit_s, absolute_expires_at, ended_why)
     VALUES (gen_random_uuid(), convert_to($1::text, 'UTF8'), 'p', now(), 60, now() - $1::text::interval, $1::text)`,
    [age],
  )
  await superuser.query(
    `INSERT INTO kernel.work_giving (actor_id, queue, key, digest, until, began_at)
     VALUES ('nora', 'a.b', $1::text, decode(repeat('00', 32), 'hex'), now(), now() - $1::text::interval)`,
    [age],
  )
  await superuser.query(
    `INSERT INTO kernel.sign_in_attempt (state, nonce, code_verifier, return_to, browser_hash, created_at)
     VALUES ($1::text, '', '', '', '', now() - $1::text::interval)`,
    [age],
  )
}
async function kept(table: string, column: string): Promise<string[]> {
  const { rows } = await superuser.query<{ age: string }>(
    `SELECT ${column} AS age FROM kernel.${table} ORDER BY ${column}`,
  )
  return rows.map(({ age }) => age)
}

test('K-12 K-35 what only bridged a time is let go when it is over, and not before: a key lives 30 days', async () => {
  for (const age of ['1 minute', '2 hours', '2 days', '8 days', '30 days', '32 days', '91 days'])
    await rowsOfAge(age)
  expect(await purgeExpired(database.pool('dispatcher'), 100)).toEqual({
    idempotency: 2,
    work_giving: 2,
    idempotency_in_flight: 6,
    ingested: 1,
    session: 4,
    sign_in_attempt: 5,
    series_point: 0,
  })
  expect(await kept('idempotency', 'key')).toEqual(['1 minute', '2 days', '2 hours', '30 days', '8 days'])
  expect(await kept('ingested', 'event_id')).not.toContain('91 days')
  expect(await kept('session', 'ended_why')).toEqual(['1 minute', '2 days', '2 hours'])
  expect(await kept('sign_in_attempt', 'state')).toEqual(['1 minute', '2 hours'])
})

test('K-35 in bounded batches, until nothing is left; only the worker may', async () => {
  await superuser.query(
    `INSERT INTO kernel.ingested (source, event_id, at)
     SELECT 'bulk', n::text, now() - interval '100 days' FROM generate_series(1, 25) AS n`,
  )
  const pool = database.pool('dispatcher')
  expect(await purgeExpired(pool, 10)).toMatchObject({ ingested: 10 })
  const stopping = new AbortController()
  const running = runPurge({
    pool,
    signal: stopping.signal,
    batchRows: 10,
    report: ({ error }) => {
      throw error
    },
  })
  while ((await superuser.query(`SELECT FROM kernel.ingested WHERE source = 'bulk'`)).rowCount !== 0)
    await sleep(10)
  stopping.abort()
  await running
  for (const role of ['app', 'sequencer', 'signer', 'auditor'] as const) {
    await expect(database.pool(role).query('SELECT kernel.purge_expired(1)')).rejects.toMatchObject({
      code: '42501',
    })
  }
})

test('K-35 evidence of what was done is never let go: entries, events, requests and approvals of ten years ago stay', async () => {
  const id = '00000000-0000-7000-8000-00000000000a'
  const old = `now() - interval '10 years'`
  const planted: Record<string, string> = {
    event: `INSERT INTO kernel.event (event_id, stream, version, type, schema_version, source, payload, occurred_at, recorded_at)
            VALUES ('${id}', 's', 1, 'a.b.c', 1, 'countersign', '{}', ${old}, ${old})`,
    action_request: `INSERT INTO kernel.action_request (request_id, type, console, risk, moves_money, target_kind, target_id, door,
              requested_by, requested_roles, correlation_id, created_at)
            VALUES ('${id}', 'a.b', 'a', 'low', false, 'k', 'i', 'd', 'p', '{}', 'c', ${old})`,
    action_approval: `INSERT INTO kernel.action_approval (request_id, revision, person_id, decision, digest, roles, evidence,
              evidence_hash, authenticated_at, at)
            VALUES ('${id}', 1, 'p', 'approve', '', '{}', '{}', '', ${old}, ${old})`,
    audit_entry: `INSERT INTO kernel.audit_entry (seq, entry_id, at, format_version, kind, actor_id, actor_roles, outcome, leaf_hash, canonical)
            VALUES (nextval('kernel.audit_seq'), '${id}', ${old}, 1, 'action', 'p', '{}', 'done', sha256(''), '')`,
  }
  const count = async () =>
    Promise.all(
      Object.keys(planted).map(
        async (table) =>
          (await superuser.query<{ n: number }>(`SELECT count(*)::integer AS n FROM kernel.${table}`)).rows[0]
            ?.n,
      ),
    )
  for (const [table, insert] of Object.entries(planted)) {
    // Of so long ago no routine writes any: past the guards, as only a superuser can.
    await superuser.query(`ALTER TABLE kernel.${table} DISABLE TRIGGER ALL`)
    await superuser.query(insert)
  }
  const before = await count()
  expect(before).toEqual([1, 1, 1, 1])
  await purgeExpired(database.pool('dispatcher'), 1_000)
  expect(await count()).toEqual(before)
})
