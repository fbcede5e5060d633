import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { LOGIN_ROLES, type LoginRole, migrate } from '@countersign/kernel/db/migrate.ts'
import { UPSTREAMS } from '@countersign/sandbox/upstreams.ts'
import { migrationSources } from '@countersign/server/migrations.ts'
import { freePort } from '@countersign/testkit/free-port.ts'
import { unnamedUpstreams } from '@countersign/testkit/tested-consoles.ts'
import { startEmbeddedPostgres } from '@countersign/tools/postgres/embedded-postgres.ts'
import { SignJWT } from 'jose'
import pg from 'pg'
import { REPOSITORY, type Running, startProcess } from './child-process.ts'

/** As the embedded default, and so that a power cut loses nothing that was acknowledged. */
const POSTGRES_SETTINGS = {
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  max_connections: '200',
  shared_buffers: '256MB',
  wal_compression: 'on',
  max_wal_size: '2GB',
  timezone: 'UTC',
  shared_preload_libraries: 'pg_stat_statements',
}
/** PostgreSQL may run as another account, which must reach it; `/tmp` may be memory, where an fsync costs nothing. */
const ROOT = process.platform === 'linux' ? '/var/tmp' : tmpdir()
/** Built by whoever measures its pages. */
const WEB_CONSOLE = join(REPOSITORY, 'apps', 'web', 'dist')
const TOKEN_LIFETIME_S = 24 * 3600
const ISSUER = 'http://127.0.0.1:1/issuer'
const AUDIENCE = 'countersign'
const AUDIT_ORIGIN = 'countersign.local/log'

export type BenchEnvironment = {
  readonly directory: string
  readonly postgres: { readonly pid: number; readonly version: string }
  readonly databaseUrl: (role: LoginRole | 'superuser') => string
  readonly superuser: pg.Pool
  /** The sandbox's own database, as superuser. */
  readonly sandboxDatabase: pg.Pool
  readonly sandboxUrl: string
  readonly sandboxKey: string
  /** With which the upstreams sign what they send. */
  readonly webhookSecrets: Readonly<Record<string, string>>
  /** As the server and the worker have it, in hexadecimal. */
  readonly sealingKey: string
  readonly port: number
  /** The server process as it is now. */
  readonly server: () => Running
  /** Ends the server and starts it with other arguments to Node.js. */
  readonly restartServer: (nodeArguments: readonly string[]) => Promise<void>
  /** The worker as it ships: dispatcher, projector, poller, sequencer, signer. */
  readonly startWorker: () => Promise<Running>
  /** Sequencer and signer alone, with a witness directory. */
  readonly startAuditDuties: () => Promise<Running>
  readonly token: (name: string, role: string) => Promise<string>
  readonly close: () => Promise<void>
}

/** The product as it ships, on a durable PostgreSQL of the benchmark's own, with a sandbox full of the seeded world. */
export async function startBenchEnvironment(): Promise<BenchEnvironment> {
  const directory = mkdtempSync(join(ROOT, 'countersign-bench-'))
  chmodSync(directory, 0o711)
  const postgres = await startEmbeddedPostgres({
    directory: join(directory, 'postgres'),
    port: await freePort(),
    settings: POSTGRES_SETTINGS,
  })
  const superuser = new pg.Pool({ connectionString: postgres.superuserUrl('countersign'), max: 4 })
  const sandboxDatabase = new pg.Pool({ connectionString: postgres.superuserUrl('sandbox'), max: 1 })
  const admin = new pg.Client({ connectionString: postgres.superuserUrl() })
  await admin.connect()
  // Counts statements for the profile alone.
  await admin.query("ALTER SYSTEM SET pg_stat_statements.track = 'none'")
  await admin.query('SELECT pg_reload_conf()')
  await admin.query('CREATE DATABASE countersign')
  await admin.query('CREATE DATABASE sandbox')
  const { rows } = await admin.query<{ version: string }>(
    "SELECT current_setting('server_version') AS version",
  )
  await admin.end()
  const secret = randomBytes(16).toString('hex')
  const secrets = Object.fromEntries(Object.keys(LOGIN_ROLES).map((role) => [role, secret]))
  await migrate(postgres.superuserUrl('countersign'), migrationSources, secrets)
  const databaseUrl: BenchEnvironment['databaseUrl'] = (role) => {
    const url = new URL(postgres.superuserUrl('countersign'))
    if (role !== 'superuser') {
      url.username = LOGIN_ROLES[role]
      url.password = secret
    }
    return url.toString()
  }

  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const [port, sandboxPort] = [await freePort(), await freePort()]
  const url = `http://127.0.0.1:${port}`
  const sandboxUrl = `http://127.0.0.1:${sandboxPort}`
  const apiKey = secret
  const webhookSecrets = UPSTREAMS.map(
    (name) => [name.toUpperCase(), randomBytes(16).toString('hex')] as const,
  )
  const sandbox = await startProcess({
    file: 'apps/sandbox/main.ts',
    ready: /listening on/,
    output: join(directory, 'sandbox.log'),
    env: {
      SANDBOX_DATABASE_URL: postgres.superuserUrl('sandbox'),
      SANDBOX_PORT: String(sandboxPort),
      SANDBOX_API_KEY: apiKey,
      SANDBOX_TRICKLE: 'off',
      SANDBOX_WEBHOOK_URL: `${url}/v1/ingest`,
      ...Object.fromEntries(webhookSecrets.map(([name, value]) => [`SANDBOX_WEBHOOK_SECRET_${name}`, value])),
    },
  })

  const upstreams = Object.fromEntries(
    webhookSecrets.flatMap(([name, value]) => [
      [`UPSTREAM_URL_${name}`, `${sandboxUrl}/${name.toLowerCase()}`],
      [`UPSTREAM_KEY_${name}`, apiKey],
      [`INGEST_SECRETS_${name}`, value],
    ]),
  )
  const shared = {
    NODE_ENV: 'production',
    SEALING_KEY: randomBytes(32).toString('hex'),
    EVIDENCE_DIRECTORY: join(directory, 'evidence'),
    ...unnamedUpstreams(),
    ...upstreams,
  }
  const serverVariables = {
    ...shared,
    PORT: String(port),
    PUBLIC_URL: url,
    APP_DATABASE_URL: databaseUrl('app'),
    AUDITOR_DATABASE_URL: databaseUrl('auditor'),
    OIDC_ISSUER: ISSUER,
    OIDC_CLIENT_ID: 'countersign-console',
    OIDC_CLIENT_SECRET: randomBytes(16).toString('hex'),
    TOKEN_PUBLIC_KEY: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    TOKEN_AUDIENCE: AUDIENCE,
    RATE_LIMIT_PER_MINUTE: '10000000',
    ANONYMOUS_RATE_LIMIT_PER_MINUTE: '10000000',
    WEB_DIST: WEB_CONSOLE,
  }
  const startServer = (nodeArguments: readonly string[] = []) =>
    startProcess({
      file: 'apps/server/main.ts',
      ready: /Countersign serves/,
      output: join(directory, 'server.log'),
      env: serverVariables,
      nodeArguments,
    })
  let server = await startServer()
  const logVariables = {
    AUDIT_ORIGIN,
    AUDIT_SIGNING_KEY: generateKeyPairSync('ed25519')
      .privateKey.export({ type: 'pkcs8', format: 'pem' })
      .toString(),
    WITNESS_DIRECTORY: join(directory, 'witness'),
    SEQUENCER_DATABASE_URL: databaseUrl('sequencer'),
    SIGNER_DATABASE_URL: databaseUrl('signer'),
  }

  return {
    directory,
    postgres: { pid: postgres.pid, version: rows[0]?.version ?? '' },
    databaseUrl,
    superuser,
    sandboxDatabase,
    sandboxUrl,
    sandboxKey: apiKey,
    webhookSecrets: Object.fromEntries(webhookSecrets),
    sealingKey: shared.SEALING_KEY,
    port,
    server: () => server,
    async restartServer(nodeArguments) {
      await server.end()
      server = await startServer(nodeArguments)
    },
    startWorker: () =>
      startProcess({
        file: 'apps/server/worker.ts',
        ready: /at work/,
        output: join(directory, 'worker.log'),
        env: {
          ...shared,
          ...logVariables,
          DISPATCHER_DATABASE_URL: databaseUrl('dispatcher'),
        },
      }),
    startAuditDuties: () =>
      startProcess({
        file: 'bench/audit-duties-process.ts',
        ready: /ready/,
        output: join(directory, 'audit-duties.log'),
        env: logVariables,
      }),
    token(name, role) {
      const now = Math.floor(Date.now() / 1000)
      return new SignJWT({
        iss: ISSUER,
        aud: AUDIENCE,
        sub: name,
        name,
        roles: [role],
        jti: randomUUID(),
        iat: now,
        auth_time: now,
        exp: now + TOKEN_LIFETIME_S,
      })
        .setProtectedHeader({ alg: 'RS256' })
        .sign(privateKey)
    },
    async close() {
      await server.end()
      await sandbox.end()
      await sandboxDatabase.end()
      await superuser.end()
      await postgres.stop()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}
