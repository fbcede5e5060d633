import { type ChildProcess, spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '@countersign/testkit/free-port.ts'
import { programArguments } from '@countersign/tools/programs/programs.mjs'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createEmptyDatabase, sendTo, TEST_API_KEY } from '../sandbox-for-tests.ts'
import { entry, newSha256, totalsOf } from './import-for-tests.ts'

const CHUNKS = 4
const ENTRIES_OF_CHUNK = 500

let database: Awaited<ReturnType<typeof createEmptyDatabase>>
let observer: pg.Client
let url: string
let sandbox: ChildProcess

/** The real process; resolves when it has said that it listens. */
async function start(): Promise<ChildProcess> {
  const child = spawn(process.execPath, programArguments('apps/sandbox/main.ts'), {
    cwd: new URL('..', import.meta.url),
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...process.env,
      SANDBOX_DATABASE_URL: database.url,
      SANDBOX_PORT: new URL(url).port,
      SANDBOX_API_KEY: TEST_API_KEY,
      SANDBOX_TRICKLE: 'off',
    },
  })
  const said = await new Promise<string>((done, fail) => {
    child.stdout?.once('data', (chunk: Buffer) => done(chunk.toString()))
    child.once('exit', (code) => fail(new Error(`the sandbox ended with ${code}`)))
  })
  expect(said).toBe(`sandbox listening on ${url}\n`)
  return child
}

function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  return new Promise((done) => {
    child.once('exit', (code) => done(code))
    child.kill(signal)
  })
}

beforeAll(async () => {
  database = await createEmptyDatabase()
  observer = new pg.Client({ connectionString: database.url })
  await observer.connect()
  url = `http://127.0.0.1:${await freePort()}`
  sandbox = await start()
})
afterAll(async () => {
  if (sandbox.exitCode === null && sandbox.signalCode === null) await end(sandbox, 'SIGKILL')
  await observer.end()
  await database.drop()
})

async function count(sql: string): Promise<number> {
  const { rows } = await observer.query<{ n: number }>(`SELECT count(*)::integer AS n FROM ${sql}`)
  return rows[0]?.n ?? 0
}

test('K-37 a SIGKILL in the middle of a commit leaves nothing of the file, and the next start commits all of it', async () => {
  const sha256 = newSha256()
  const path = `/cts/files/${sha256}`
  const chunks = Array.from({ length: CHUNKS }, (_, chunk) =>
    Array.from({ length: ENTRIES_OF_CHUNK }, (_, index) => entry(chunk * ENTRIES_OF_CHUNK + index + 1)),
  )
  const body = { name: 'killed.ach', format: 'nacha', totals: totalsOf(chunks.flat()), chunks: CHUNKS }
  await sendTo(url, 'PUT', path, { body })
  for (const [n, entries] of chunks.entries()) {
    const staged = await sendTo(url, 'PUT', `${path}/chunks/${n}`, { body: { entries } })
    expect(staged.status).toBe(204)
  }
  const before = { events: await count('platform.event'), postings: await count('ledger.posting') }

  // The commit has made its transfers and stands still at the ledger.
  const holder = new pg.Client({ connectionString: database.url })
  await holder.connect()
  await holder.query('BEGIN')
  await holder.query('LOCK TABLE ledger.posting IN SHARE MODE')
  const lost = sendTo(url, 'POST', `${path}/commit`, { key: 'commit-1' }).then(
    () => 'answered',
    () => 'lost',
  )
  while (
    (await count(`pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%ledger.posting %'`)) === 0
  ) {
    await sleep(20)
  }
  await end(sandbox, 'SIGKILL')
  expect(await lost).toBe('lost')
  await holder.end()

  sandbox = await start()
  expect(await count(`cts.transfer WHERE file_id = '${sha256}'`)).toBe(0)
  expect(await count('ledger.posting')).toBe(before.postings)
  expect(await count('platform.event')).toBe(before.events)
  expect((await sendTo(url, 'GET', '/cts/operations/commit-1')).status).toBe(404)
  expect((await sendTo(url, 'PUT', path, { body })).body).toMatchObject({
    state: 'staging',
    missing_chunks: [],
  })

  const committed = await sendTo(url, 'POST', `${path}/commit`, { key: 'commit-1' })
  const total = CHUNKS * ENTRIES_OF_CHUNK
  expect(committed.body).toMatchObject({ state: 'committed', created: { transfers: total } })
  expect(await count(`cts.transfer WHERE file_id = '${sha256}'`)).toBe(total)
  expect(await count('ledger.posting')).toBe(before.postings + total)
  expect((await sendTo(url, 'GET', '/_sandbox/effects?key=commit-1')).body).toMatchObject({
    effects: [{ operation: 'file.commit', target: sha256, count: 1 }],
  })
})

test('K-37 SIGTERM ends it in order, and a second one on its database or port says what to change', async () => {
  const environment = (changes: Record<string, string>) => ({
    ...process.env,
    SANDBOX_DATABASE_URL: database.url,
    SANDBOX_API_KEY: TEST_API_KEY,
    SANDBOX_TRICKLE: 'off',
    ...changes,
  })
  const run = (changes: Record<string, string>) =>
    new Promise<{ code: number | null; said: string }>((done) => {
      const child = spawn(process.execPath, programArguments('apps/sandbox/main.ts'), {
        cwd: new URL('..', import.meta.url),
        stdio: ['ignore', 'ignore', 'pipe'],
        env: environment(changes),
      })
      let said = ''
      child.stderr.on('data', (chunk: Buffer) => {
        said += chunk.toString()
      })
      child.once('exit', (code) => done({ code, said }))
    })
  const other = await createEmptyDatabase()
  const taken = await run({ SANDBOX_DATABASE_URL: other.url, SANDBOX_PORT: new URL(url).port })
  expect(taken).toMatchObject({ code: 1, said: expect.stringMatching(/already in use.*SANDBOX_PORT/) })
  await other.drop()
  const misconfigured = await run({ SANDBOX_PORT: '99999', SANDBOX_API_KEY: '' })
  expect(misconfigured.code).toBe(1)
  expect(misconfigured.said).toMatch(/SANDBOX_PORT.*SANDBOX_API_KEY/s)
  expect(await end(sandbox, 'SIGTERM')).toBe(0)
})
