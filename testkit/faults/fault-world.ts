import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { LOGIN_ROLES, type LoginRole, migrate } from '@countersign/kernel/db/migrate.ts'
import { UPSTREAMS } from '@countersign/sandbox/upstreams.ts'
import { migrationSources } from '@countersign/server/migrations.ts'
import {
  type EmbeddedPostgres,
  startEmbeddedPostgres,
} from '@countersign/tools/postgres/embedded-postgres.ts'
import { SignJWT } from 'jose'
import pg from 'pg'
import { freePort } from '../free-port.ts'
import { unnamedUpstreams } from '../tested-consoles.ts'
import { processVictim, type Victim } from './victim.ts'

/** PostgreSQL may run as another account, which must reach it; `/tmp` may be memory. */
const ROOT = process.platform === 'linux' ? '/var/tmp' : tmpdir()
const ISSUER = 'http://127.0.0.1:1/issuer'
const AUDIENCE = 'countersign'
const TOKEN_LIFETIME_S = 24 * 3600
/** Transfers that the bank has sent back, so that a long run does not work the world empty. */
const RETURNS_AHEAD = 4_000
const CONNECT_TIMEOUT_MS = 30_000

export type FaultWorld = {
  readonly servers: readonly string[]
  readonly sandboxUrl: string
  readonly victims: readonly Victim[]
  /** To look at the product's database at rest. */
  readonly superuser: pg.Pool
  readonly superuserUrl: string
  readonly sandboxDatabase: pg.Pool
  readonly token: (name: string, role: string) => Promise<string>
  /** Of this run alone: the witness keeps its checkpoints under `witness`. */
  readonly directory: string
  readonly close: () => Promise<void>
}

/**
 * The product as it would run on one machine: a durable PostgreSQL, two servers, two workers, and the sandbox on a
 * database server of its own. Everything but the sandbox's database can be killed.
 */
export async function startFaultWorld(): Promise<FaultWorld> {
  const directory = mkdtempSync(join(ROOT, 'countersign-faults-'))
  chmodSync(directory, 0o711)
  const database = await databaseVictim(join(directory, 'postgres'))
  const sandboxPostgres = await startEmbeddedPostgres({
    directory: join(directory, 'sandbox-postgres'),
    port: await freePort(),
    settings: { fsync: 'off', max_connections: '60' },
  })
  await createDatabase(database.postgres().superuserUrl(), 'countersign')
  await createDatabase(sandboxPostgres.superuserUrl(), 'sandbox')
  const superuserUrl = database.postgres().superuserUrl('countersign')
  const secret = randomBytes(16).toString('hex')
  await migrate(
    superuserUrl,
    migrationSources,
    Object.fromEntries(Object.keys(LOGIN_ROLES).map((role) => [role, secret])),
  )
  const loginUrl = (role: LoginRole) => {
    const url = new URL(superuserUrl)
    url.username = LOGIN_ROLES[role]
    url.password = secret
    return url.toString()
  }

  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const ports = [await freePort(), await freePort()]
  const sandboxPort = await freePort()
  const sandboxUrl = `http://127.0.0.1:${sandboxPort}`
  const apiKey = randomBytes(16).toString('hex')
  const webhookSecrets = UPSTREAMS.map(
    (name) => [name.toUpperCase(), randomBytes(16).toString('hex')] as const,
  )
  const upstreams = Object.fromEntries(
    webhookSecrets.flatMap(([name, value]) => [
      [`UPSTREAM_URL_${name}`, `${sandboxUrl}/${name.toLowerCase()}`],
      [`UPSTREAM_KEY_${name}`, apiKey],
      [`INGEST_SECRETS_${name}`, value],
    ]),
  )
  const shared = {
    NODE_ENV: 'test',
    LOG_LEVEL: 'error',
    SEALING_KEY: randomBytes(32).toString('hex'),
    EVIDENCE_DIRECTORY: join(directory, 'evidence'),
    ...unnamedUpstreams(),
    ...upstreams,
  }
  const clientSecret = randomBytes(16).toString('hex')
  const serverEnvironment = (port: number) => ({
    ...shared,
    PORT: String(port),
    PUBLIC_URL: `http://127.0.0.1:${port}`,
    APP_DATABASE_URL: loginUrl('app'),
    AUDITOR_DATABASE_URL: loginUrl('auditor'),
    OIDC_ISSUER: ISSUER,
    OIDC_CLIENT_ID: 'countersign-console',
    OIDC_CLIENT_SECRET: clientSecret,
    TOKEN_PUBLIC_KEY: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    TOKEN_AUDIENCE: AUDIENCE,
    RATE_LIMIT_PER_MINUTE: '1000000',
    ANONYMOUS_RATE_LIMIT_PER_MINUTE: '1000000',
  })
  const workerEnvironment = {
    ...shared,
    WORKER_PORT: '0',
    DISPATCHER_DATABASE_URL: loginUrl('dispatcher'),
    SEQUENCER_DATABASE_URL: loginUrl('sequencer'),
    SIGNER_DATABASE_URL: loginUrl('signer'),
    AUDIT_SIGNING_KEY: generateKeyPairSync('ed25519')
      .privateKey.export({ type: 'pkcs8', format: 'pem' })
      .toString(),
    WITNESS_DIRECTORY: join(directory, 'witness'),
  }
  const sandbox = processVictim({
    name: 'sandbox',
    kind: 'sandbox',
    file: 'apps/sandbox/main.ts',
    ready: /listening on/,
    env: {
      SANDBOX_DATABASE_URL: sandboxPostgres.superuserUrl('sandbox'),
      SANDBOX_PORT: String(sandboxPort),
      SANDBOX_API_KEY: apiKey,
      SANDBOX_TRICKLE: 'off',
      // To one of the servers: while that is away, its events come by poll.
      SANDBOX_WEBHOOK_URL: `http://127.0.0.1:${ports[0]}/v1/ingest`,
      ...Object.fromEntries(webhookSecrets.map(([name, value]) => [`SANDBOX_WEBHOOK_SECRET_${name}`, value])),
    },
  })
  const servers = ports.map((port, n) =>
    processVictim({
      name: `server ${n + 1}`,
      kind: 'server',
      file: 'apps/server/main.ts',
      ready: /Countersign serves/,
      env: serverEnvironment(port),
    }),
  )
  const workers = [1, 2].map((n) =>
    processVictim({
      name: `worker ${n}`,
      kind: 'worker',
      file: 'apps/server/worker.ts',
      ready: /at work/,
      env: workerEnvironment,
    }),
  )
  await sandbox.start()
  await Promise.all([...servers, ...workers].map((victim) => victim.start()))

  const superuser = quietPool(superuserUrl)
  const sandboxDatabase = quietPool(sandboxPostgres.superuserUrl('sandbox'))
  await sandboxDatabase.query(
    `INSERT INTO cts.transfer
     SELECT (jsonb_populate_record(one.original, jsonb_build_object('id', 'tr_fault_' || n, 'trace_number', NULL))).*
       FROM (SELECT t AS original FROM cts.transfer t
              WHERE state = 'return_received' AND rail = 'ach' AND bank_return ->> 'code' = 'R01'
                AND NOT EXISTS (SELECT FROM cts.frozen_party f
                                 WHERE f.party_id IN (originator_party_id, receiver_party_id))
              LIMIT 1) AS one, generate_series(1, $1) AS n`,
    [RETURNS_AHEAD],
  )
  return {
    servers: ports.map((port) => `http://127.0.0.1:${port}`),
    sandboxUrl,
    victims: [database.victim, sandbox, ...servers, ...workers],
    superuser,
    superuserUrl,
    directory,
    sandboxDatabase,
    token(name, role) {
      const now = Math.floor(Date.now() / 1000)
      return new SignJWT({ sub: name, name, roles: [role], jti: randomUUID(), auth_time: now })
        .setProtectedHeader({ alg: 'RS256' })
        .setIssuer(ISSUER)
        .setAudience(AUDIENCE)
        .setIssuedAt(now)
        .setExpirationTime(now + TOKEN_LIFETIME_S)
        .sign(privateKey)
    },
    async close() {
      await Promise.all([...servers, ...workers].map((victim) => victim.stop()))
      await sandbox.stop()
      await Promise.all([superuser.end(), sandboxDatabase.end()])
      await database.victim.stop()
      await sandboxPostgres.stop()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

/** The postmaster itself is killed: its children end as they find out, and the next start recovers from the log. */
async function databaseVictim(
  directory: string,
): Promise<{ victim: Victim; postgres: () => EmbeddedPostgres }> {
  const port = await freePort()
  const start = () =>
    startEmbeddedPostgres({
      directory,
      port,
      settings: { fsync: 'on', synchronous_commit: 'on', full_page_writes: 'on', max_connections: '120' },
    })
  let running = await start()
  return {
    postgres: () => running,
    victim: {
      name: 'database',
      kind: 'database',
      crashes: () => [],
      said: () => [],
      async kill() {
        process.kill(running.pid, 'SIGKILL')
        await running.exited
      },
      async start() {
        running = await start()
      },
      stop: () => running.stop(),
    },
  }
}

async function createDatabase(adminUrl: string, name: string): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl })
  await client.connect()
  await client.query(`CREATE DATABASE ${name}`)
  await client.end()
}

/** A pool whose idle connections may be cut by a kill: that is what is being done here, and no failure. */
function quietPool(connectionString: string): pg.Pool {
  const pool = new pg.Pool({ connectionString, max: 2, connectionTimeoutMillis: CONNECT_TIMEOUT_MS })
  pool.on('error', () => undefined)
  return pool
}

/** Waits for what happens by itself. @throws Error naming it where it has not by then */
export async function until(what: () => string, ms: number, look: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + ms
  while (!(await look())) {
    if (Date.now() > deadline) throw new Error(`still waiting for ${what()} after ${ms / 1000} s`)
    await sleep(200)
  }
}
