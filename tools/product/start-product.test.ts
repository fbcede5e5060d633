import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { freePort } from '@countersign/testkit/free-port.ts'
import { unnamedUpstreams } from '@countersign/testkit/tested-consoles.ts'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { REPOSITORY_ROOT } from '../home/home.ts'
import { findInstallation, superuserDatabaseUrl } from '../home/installation.ts'
import { LISTENERS } from '../home/ports.ts'
import { processIdentity } from './process-identity.mjs'
import { recordedChild } from './process-record.ts'

const START_TIMEOUT_MS = 180_000
const LOOK_EVERY_MS = 50

/** Not under the system's own temporary directory: as root, PostgreSQL's account has to be able to enter. */
const home = mkdtempSync('/var/tmp/countersign-start-')
chmodSync(home, 0o711)
const record = join(home, 'processes.json')
let env: NodeJS.ProcessEnv
const running = new Set<Run>()

type Run = {
  readonly process: ChildProcess
  readonly output: () => string
  readonly ended: Promise<number | null>
}

beforeAll(async () => {
  const ports: NodeJS.ProcessEnv = {}
  for (const { variable } of Object.values(LISTENERS)) ports[variable] = String(await freePort())
  env = {
    PATH: process.env.PATH,
    HOME: home,
    COUNTERSIGN_HOME: home,
    SANDBOX_TRICKLE: 'off',
    ...unnamedUpstreams(),
    ...ports,
  }
})

afterAll(async () => {
  for (const run of running) {
    run.process.kill('SIGTERM')
    await run.ended
  }
  rmSync(home, { recursive: true, force: true })
})

function node(script: string, changes: NodeJS.ProcessEnv = {}): Run {
  return run(process.execPath, [join('tools', script)], changes)
}

function run(program: string, args: readonly string[], changes: NodeJS.ProcessEnv = {}): Run {
  const child = spawn(program, args, {
    cwd: REPOSITORY_ROOT,
    env: { ...env, ...changes },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
  }
  const begun: Run = {
    process: child,
    output: () => output,
    ended: new Promise((done) => child.once('close', done)),
  }
  running.add(begun)
  void begun.ended.then(() => running.delete(begun))
  return begun
}

async function until(what: string, look: () => boolean | Promise<boolean>, run?: Run): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS
  while (!(await look())) {
    if (Date.now() > deadline || (run && run.process.exitCode !== null)) {
      throw new Error(`${what} did not happen. ${run?.output() ?? ''}`)
    }
    await new Promise((done) => setTimeout(done, LOOK_EVERY_MS))
  }
}

async function startUp(begun = node('start.mjs')): Promise<Run> {
  await until('the start', () => begun.output().includes('Countersign is ready'), begun)
  return begun
}

const alive = async () => {
  const answer = await fetch(`http://127.0.0.1:${env.PORT}/healthz`).catch(() => undefined)
  return answer?.ok ?? false
}

const children = () => ['PostgreSQL', 'dev-issuer', 'sandbox', 'server', 'worker']

async function inDatabase<T extends pg.QueryResultRow>(sql: string): Promise<T[]> {
  const client = new pg.Client({ connectionString: superuserDatabaseUrl(findInstallation(env)) })
  await client.connect()
  try {
    return (await client.query<T>(sql)).rows
  } finally {
    await client.end()
  }
}

test('O-01 O-14 npm start brings everything up and prints one address; a crash is mended; a second start keeps the data', {
  timeout: 4 * START_TIMEOUT_MS,
}, async () => {
  const first = await startUp()
  expect(first.output().match(/https?:\/\/\S+/g)).toEqual([`http://127.0.0.1:${env.PORT}`])
  for (const [variable, path] of [
    ['PORT', '/readyz'],
    ['PORT', '/app'],
    ['DEV_ISSUER_PORT', '/.well-known/openid-configuration'],
    ['SANDBOX_PORT', '/_sandbox/openapi/cts.json'],
    ['WORKER_PORT', '/metrics'],
  ] as const) {
    const answer = await fetch(`http://127.0.0.1:${env[variable]}${path}`)
    expect(answer.status, path).toBe(200)
  }
  const settings = await inDatabase<{ name: string; setting: string }>(
    `SELECT name, setting FROM pg_settings
        WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit') ORDER BY name`,
  )
  expect(settings.map(({ setting }) => setting)).toEqual(['on', 'on', 'on'])

  const again = node('start.mjs')
  expect(await again.ended).toBe(1)
  expect(again.output()).toContain(`Countersign already runs from ${home} (process ${first.process.pid})`)
  const forget = node('reset.mjs')
  expect(await forget.ended).toBe(1)
  expect(forget.output()).toContain('Stop it with Ctrl C there, then reset')

  const server = recordedChild(record, 'server') ?? 0
  process.kill(server, 'SIGKILL')
  await until('the restart', () => first.output().includes('server started again.'), first)
  await until('the answer', alive, first)
  expect(recordedChild(record, 'server')).not.toBe(server)
  expect(readFileSync(join(home, 'logs', 'server.log'), 'utf8')).toMatch(/^\d{4}-\d\d-\d\dT\S+ server /m)

  await inDatabase('CREATE TABLE public.kept (n int)')
  const pids = children().map((name) => recordedChild(record, name) ?? 0)
  first.process.kill('SIGINT')
  expect(await first.ended).toBe(0)
  expect(pids.map(processIdentity)).toEqual(pids.map(() => undefined))

  const second = await startUp()
  expect(await inDatabase("SELECT to_regclass('public.kept') AS kept")).toEqual([{ kept: 'kept' }])

  // Killed outright, it leaves its children behind; the next start ends them, and no other process.
  const left = children().map((name) => recordedChild(record, name) ?? 0)
  second.process.kill('SIGKILL')
  await second.ended
  const third = await startUp(run('npm', ['start']))
  expect(third.output()).toContain('Stopped what an earlier start left running')
  expect(left.map(processIdentity)).toEqual(left.map(() => undefined))
  // To npm alone, as an editor or a supervisor sends it; a terminal sends it to all.
  third.process.kill('SIGINT')
  expect(await third.ended).toBe(0)
  expect(third.output()).toContain('Stopped. The data is kept')

  const reset = node('reset.mjs')
  expect(await reset.ended).toBe(0)
  expect(existsSync(join(home, 'secrets'))).toBe(false)
})

test('O-01 a taken port is named, with the variable that changes it', {
  timeout: START_TIMEOUT_MS,
}, async () => {
  const squatter = createServer().listen(Number(env.SANDBOX_PORT), '127.0.0.1')
  await new Promise((done) => squatter.once('listening', done))
  const run = node('start.mjs')
  expect(await run.ended).toBe(1)
  expect(run.output()).toContain(`Port ${env.SANDBOX_PORT} (sandbox) is in use by another program`)
  expect(run.output()).toContain('SANDBOX_PORT=')
  squatter.close()
})

test('O-01 a port that is none, or that two want, is refused by name', {
  timeout: START_TIMEOUT_MS,
}, async () => {
  const run = node('start.mjs', { PORT: 'eighty', DEV_ISSUER_PORT: env.SANDBOX_PORT })
  expect(await run.ended).toBe(1)
  expect(run.output()).toContain('PORT is "eighty"; it must be a port from 1 to 65535.')
  expect(run.output()).toContain(`SANDBOX_PORT and DEV_ISSUER_PORT are both ${env.SANDBOX_PORT}`)
})

test('K-01 npm start is refused in production', { timeout: START_TIMEOUT_MS }, async () => {
  const run = node('start.mjs', { NODE_ENV: 'production' })
  expect(await run.ended).toBe(1)
  expect(run.output()).toContain('signs anyone in without a password')
})
