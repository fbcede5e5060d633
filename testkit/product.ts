import {
  generateKeyPairSync,
  type KeyObject,
  type KeyPairKeyObjectResult,
  randomBytes,
  randomUUID,
} from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { declaredActions } from '@countersign/kernel/actions/declare-actions.ts'
import type { MountedConsole } from '@countersign/kernel/console.ts'
import type { MigrationSource } from '@countersign/kernel/db/migrate.ts'
import type { WebhookSecrets } from '@countersign/sandbox/config.ts'
import { startSandbox } from '@countersign/sandbox/start-sandbox.ts'
import { UPSTREAMS, type Upstream } from '@countersign/sandbox/upstreams.ts'
import { readServerConfig, readWorkerConfig } from '@countersign/server/config.ts'
import type { composeConsoles } from '@countersign/server/consoles.ts'
import { migrationSources } from '@countersign/server/migrations.ts'
import { type RunningServer, serve } from '@countersign/server/serve.ts'
import { type RunningWorker, work } from '@countersign/server/work.ts'
import { SignJWT } from 'jose'
import type pg from 'pg'
import { freePort } from './free-port.ts'
import { createSandboxDatabase, SANDBOX_SEED } from './sandbox-database.ts'
import { spawnSandbox } from './sandbox-process.ts'
import { createTestDatabase, type TestDatabase } from './test-database.ts'
import { startTestIssuer, type TestIssuer } from './test-issuer.ts'
import { composeTested, unnamedUpstreams } from './tested-consoles.ts'
import { spawnWorker, type WorkerProcess } from './worker-process.ts'

const ISSUER = 'http://127.0.0.1:1/issuer'
const AUDIENCE = 'countersign'
const CLIENT_ID = 'countersign-console'
const TOKEN_LIFETIME_S = 3600
/** How long a test waits for something that happens by itself; generous, as machines are slow and shared. */
const EVENTUALLY_MS = 60_000
const LOOK_EVERY_MS = 25
/** That tokens are signed with; making one takes longer than signing a thousand. */
let tokenKeys: KeyPairKeyObjectResult | undefined

export type Answer = {
  readonly status: number
  readonly headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: whatever the server said; tests look into it by path and compare
  readonly body: any
  readonly text: string
}

export type Client = {
  readonly id: string
  readonly token: string
  readonly get: (path: string, headers?: Record<string, string>) => Promise<Answer>
  /** With a fresh `Idempotency-Key` unless the headers give one (or `null` for none). */
  readonly post: (path: string, body: unknown, headers?: Record<string, string | null>) => Promise<Answer>
  /** By a method that changes something, without a key. */
  readonly send: (
    method: 'PUT' | 'POST' | 'PATCH' | 'DELETE',
    path: string,
    body?: unknown,
  ) => Promise<Answer>
}

export type Product = {
  readonly url: string
  readonly sandboxUrl: string
  readonly sandbox: TestSandbox
  /** The sandbox's own, for a world that is larger than the seeded one. */
  readonly sandboxDatabaseUrl: string
  /** What callers of the upstreams present. */
  readonly sandboxKey: string
  /** What somebody presents there who imports files. */
  readonly stagingKey: string
  /** By source: both of it are in force, as while a secret is being replaced; the sandbox signs with the first. */
  readonly webhookSecrets: Readonly<Record<Upstream, readonly [string, string]>>
  readonly database: TestDatabase
  /** Superuser's pool: for looking, and for tampering as an insider with the keys would. */
  readonly superuser: pg.Pool
  /** A persona by its name (`transfers/OPS-2`), or with claims of the test's own. */
  readonly as: (persona: string, claims?: Record<string, unknown>) => Promise<Client>
  readonly mint: (
    claims: Record<string, unknown>,
    header?: Record<string, unknown>,
    key?: KeyObject,
  ) => Promise<string>
  /** What every token of {@link as} says beside who it is of: issuer, audience, times. */
  readonly registeredClaims: () => Record<string, unknown>
  /** Where it was asked for. */
  readonly issuer: TestIssuer | undefined
  /** Everything that the server serves. */
  readonly operations: RunningServer['operations']
  /** JSON from an upstream itself: `/cts/transfers?state=settled`; with a body, what somebody else does there. */
  // biome-ignore lint/suspicious/noExplicitAny: whatever the upstream said; tests look into it by path and compare
  readonly upstream: (path: string, body?: unknown) => Promise<any>
  readonly serverEnvironment: NodeJS.ProcessEnv
  readonly workerEnvironment: NodeJS.ProcessEnv
  readonly startWorker: () => void
  /** Where the worker of this process answers `/metrics`; undefined while there is none. */
  readonly workerUrl: () => Promise<string | undefined>
  readonly stopWorker: () => Promise<void>
  /** A worker in a process of its own, with these variables beside the product's; ended with the product. */
  readonly spawnWorker: (environment?: Readonly<Record<string, string>>) => WorkerProcess
  readonly close: () => Promise<void>
}

/** The reference platform of a product under test; it comes back on the same address, with what it knew. */
export type TestSandbox = {
  readonly apiKey: string
  readonly stop: () => Promise<void>
  /** As a crash would; only where it is a process of its own. */
  readonly kill: () => Promise<void>
  readonly start: () => Promise<void>
}

export type ProductOptions = {
  /** False: none is started; `startWorker` does. */
  readonly worker?: boolean
  /** True: a process of its own, which can be killed. */
  readonly sandboxProcess?: boolean
  /** Variables of the worker beside the usual ones, among them the upstreams of a console that the sandbox does not play. */
  readonly workerEnvironment?: Readonly<Record<string, string>>
  /** False: the sandbox tells nobody of its world; records are read through all the same. */
  readonly webhooks?: boolean
  /** True: the development identity provider runs, people sign in there, and it signs the tokens. */
  readonly issuer?: boolean
  /** Variables of the server beside the usual ones; likewise. */
  readonly serverEnvironment?: Readonly<Record<string, string>>
  /** Other consoles than those of the product, with no upstreams. */
  readonly consoles?: readonly MountedConsole[]
  /** The consoles of the product with something else in them. */
  readonly compose?: typeof composeConsoles
}

/**
 * The whole product for one test file: its own databases, a real sandbox, server and worker, all over HTTP on loopback.
 * Tokens are signed with a key of the test's own, which the server is given as its public key.
 */
export async function startProduct(options: ProductOptions = {}): Promise<Product> {
  const { consoles } = options
  const compose = consoles ? () => ({ consoles, connectors: [] }) : (options.compose ?? composeTested)
  const database = await createTestDatabase(consoles ? sourcesWith(consoles) : migrationSources)
  const sandboxDatabase = await createSandboxDatabase()
  tokenKeys ??= generateKeyPairSync('rsa', { modulusLength: 2048 })
  const { privateKey, publicKey } = tokenKeys
  const directory = mkdtempSync(join(tmpdir(), 'countersign-product-'))
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const apiKey = randomBytes(16).toString('hex')
  const stagingKey = randomBytes(16).toString('hex')
  const twoSecrets = () => [randomBytes(16).toString('hex'), randomBytes(16).toString('hex')] as const
  const webhookSecrets = Object.fromEntries(
    UPSTREAMS.map((name) => [name, twoSecrets()]),
  ) as Product['webhookSecrets']

  const sandbox = await startTestSandbox(options.sandboxProcess === true, {
    databaseUrl: sandboxDatabase.url,
    apiKey,
    stagingKey,
    ...(options.webhooks === false
      ? {}
      : {
          webhook: {
            url: `${url}/v1/ingest`,
            secrets: Object.fromEntries(UPSTREAMS.map((name) => [name, webhookSecrets[name][0]])) as Record<
              Upstream,
              string
            >,
          },
        }),
  })

  const clientSecret = randomBytes(16).toString('hex')
  const consoleUrl = options.serverEnvironment?.PUBLIC_URL ?? url
  const client = { id: CLIENT_ID, secret: clientSecret, consoleUrl, audience: AUDIENCE }
  const issuer = options.issuer === true ? await startTestIssuer(client) : undefined

  const upstreams = Object.fromEntries(
    UPSTREAMS.flatMap((name) => [
      [`UPSTREAM_URL_${name.toUpperCase()}`, `${sandbox.url}/${name}`],
      [`UPSTREAM_KEY_${name.toUpperCase()}`, apiKey],
      [`INGEST_SECRETS_${name.toUpperCase()}`, webhookSecrets[name].join(',')],
    ]),
  )
  const shared = {
    NODE_ENV: 'test',
    LOG_LEVEL: process.env.COUNTERSIGN_TEST_LOG ?? 'silent',
    SEALING_KEY: randomBytes(32).toString('hex'),
    EVIDENCE_DIRECTORY: join(directory, 'evidence'),
    ...unnamedUpstreams({ ...options.serverEnvironment, ...options.workerEnvironment }),
    ...upstreams,
  }
  const serverEnvironment = {
    ...shared,
    PORT: String(port),
    PUBLIC_URL: url,
    APP_DATABASE_URL: database.url('app'),
    AUDITOR_DATABASE_URL: database.url('auditor'),
    OIDC_ISSUER: issuer?.url ?? ISSUER,
    OIDC_CLIENT_ID: CLIENT_ID,
    OIDC_CLIENT_SECRET: clientSecret,
    SESSION_COOKIE_SECRET: randomBytes(16).toString('hex'),
    ...(issuer
      ? { TOKEN_JWKS_URL: `${issuer.url}/jwks` }
      : { TOKEN_PUBLIC_KEY: publicKey.export({ type: 'spki', format: 'pem' }).toString() }),
    TOKEN_AUDIENCE: AUDIENCE,
    RATE_LIMIT_PER_MINUTE: '1000000',
    ANONYMOUS_RATE_LIMIT_PER_MINUTE: '1000000',
    REFUSAL_ENTRIES_PER_MINUTE: '1000000',
    ...options.serverEnvironment,
  }
  const workerEnvironment = {
    ...shared,
    WORKER_PORT: '0',
    DISPATCHER_DATABASE_URL: database.url('dispatcher'),
    SEQUENCER_DATABASE_URL: database.url('sequencer'),
    SIGNER_DATABASE_URL: database.url('signer'),
    AUDIT_SIGNING_KEY: generateKeyPairSync('ed25519')
      .privateKey.export({ type: 'pkcs8', format: 'pem' })
      .toString(),
    WITNESS_DIRECTORY: join(directory, 'witness'),
    ...options.workerEnvironment,
  }

  const server = await serve(readServerConfig(serverEnvironment), compose)
  let worker: RunningWorker | undefined
  const startWorker = () => {
    worker ??= work(readWorkerConfig(workerEnvironment), compose)
  }
  const stopWorker = async () => {
    await worker?.stop()
    worker = undefined
  }
  if (options.worker !== false) startWorker()
  const spawned: WorkerProcess[] = []

  const signing = issuer?.signingKey ?? { key: privateKey, kid: undefined }
  const mint: Product['mint'] = (claims, header, key = signing.key) =>
    new SignJWT({ jti: randomUUID(), ...claims })
      .setProtectedHeader({ alg: 'RS256', ...(signing.kid ? { kid: signing.kid } : {}), ...header })
      .sign(key)
  const registeredClaims = () => {
    const now = Math.floor(Date.now() / 1000)
    const times = { iat: now, nbf: now, exp: now + TOKEN_LIFETIME_S, auth_time: now }
    return { iss: serverEnvironment.OIDC_ISSUER, aud: AUDIENCE, ...times }
  }

  const superuser = database.pool('superuser')
  return {
    url,
    sandboxUrl: sandbox.url,
    sandbox,
    sandboxDatabaseUrl: sandboxDatabase.url,
    sandboxKey: apiKey,
    stagingKey,
    webhookSecrets,
    database,
    superuser,
    serverEnvironment,
    workerEnvironment,
    startWorker,
    workerUrl: async () => worker?.healthUrl,
    stopWorker,
    spawnWorker(environment = {}) {
      const process = spawnWorker({ ...workerEnvironment, ...environment })
      spawned.push(process)
      return process
    },
    mint,
    registeredClaims,
    operations: server.operations,
    issuer,
    async upstream(path, body) {
      const answer = await fetch(`${sandbox.url}${path}`, {
        method: body === undefined ? 'GET' : 'POST',
        headers: {
          authorization: `Bearer ${apiKey}`,
          ...(body === undefined
            ? {}
            : { 'content-type': 'application/json', 'idempotency-key': randomUUID() }),
        },
        body: body === undefined ? undefined : JSON.stringify(body),
      })
      if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`)
      return answer.json()
    },
    async as(persona, claims = {}) {
      const role = persona.replace(/-\d+$/, '')
      const id = String(claims.sub ?? persona.replace('/', '-'))
      const token = await mint({ ...registeredClaims(), sub: id, name: persona, roles: [role], ...claims })
      return makeClient(url, id, token)
    },
    async close() {
      await stopWorker()
      for (const process of spawned) process.signal('SIGKILL')
      await Promise.all(spawned.map((process) => process.ended))
      await server.close()
      await issuer?.close()
      await sandbox.stop()
      await database.drop()
      await sandboxDatabase.drop()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

/** The tables of the installed consoles, and of those of these that are not installed. */
function sourcesWith(consoles: readonly MountedConsole[]): readonly MigrationSource[] {
  const installed = migrationSources.map((source) =>
    source.actions ? { ...source, actions: declaredActions(consoles) } : source,
  )
  const others = consoles.filter(
    ({ migrations }) =>
      migrations.directory !== '' && installed.every(({ module }) => module !== migrations.module),
  )
  return [...installed, ...others.map(({ migrations, queues }) => ({ ...migrations, queues }))]
}

/** Without a token: somebody who is not signed in. */
export function makeClient(url: string, id: string, token?: string): Client {
  const call = async (method: string, path: string, headers: Record<string, string>, body?: string) => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { ...(token === undefined ? {} : { authorization: `Bearer ${token}` }), ...headers },
      body,
      redirect: 'manual',
    })
    const text = await response.text()
    const json =
      response.headers.get('content-type')?.includes('json') && text !== '' ? JSON.parse(text) : null
    return { status: response.status, headers: response.headers, text, body: json }
  }
  return {
    id,
    token: token ?? '',
    get: (path, headers = {}) => call('GET', path, headers),
    send: (method, path, body) =>
      body === undefined
        ? call(method, path, {})
        : call(method, path, { 'content-type': 'application/json' }, JSON.stringify(body)),
    post(path, body, headers = {}) {
      const given = { 'content-type': 'application/json', 'idempotency-key': randomUUID(), ...headers }
      const kept = Object.fromEntries(
        Object.entries(given).filter((entry): entry is [string, string] => entry[1] !== null),
      )
      return call('POST', path, kept, typeof body === 'string' ? body : JSON.stringify(body))
    },
  }
}

/** Waits until `look` gives something, and gives that. @throws Error naming what never came */
export async function eventually<T>(
  what: string,
  look: () => Promise<T | undefined | false>,
  withinMs = EVENTUALLY_MS,
): Promise<T> {
  const until = Date.now() + withinMs
  for (;;) {
    const seen = await look()
    if (seen !== undefined && seen !== false) return seen
    if (Date.now() > until) throw new Error(`${what} did not come within ${withinMs} ms`)
    await sleep(LOOK_EVERY_MS)
  }
}

async function startTestSandbox(
  ownProcess: boolean,
  settings: {
    readonly databaseUrl: string
    readonly apiKey: string
    readonly stagingKey: string
    readonly webhook?: { readonly url: string; readonly secrets: WebhookSecrets }
  },
): Promise<TestSandbox & { readonly url: string }> {
  const start = async (port: number) => {
    const config = { ...settings, port, seed: SANDBOX_SEED }
    if (ownProcess) return spawnSandbox(config)
    const { url, close } = await startSandbox({ ...config, trickle: false })
    return { url, end: close }
  }
  let running: Awaited<ReturnType<typeof start>> | undefined = await start(0)
  const { url } = running
  const end = async (signal: 'SIGTERM' | 'SIGKILL') => {
    const ending = running
    running = undefined
    await ending?.end(signal)
  }
  return {
    url,
    apiKey: settings.apiKey,
    stop: () => end('SIGTERM'),
    kill: () => (ownProcess ? end('SIGKILL') : Promise.reject(new Error('only a process can be killed'))),
    async start() {
      running ??= await start(Number(new URL(url).port))
    },
  }
}
