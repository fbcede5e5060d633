import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { inject } from 'vitest'
import { z } from 'zod'
import type { SandboxConfig } from './config.ts'
import { EventSchema } from './http/upstream-routes.ts'
import { startSandbox } from './start-sandbox.ts'

export const TEST_API_KEY = 'test-api-key-of-the-sandbox'

export type Answered = {
  readonly status: number
  readonly headers: Headers
  /** Parsed JSON; undefined where there was none. Read it through the schema of what it should be. */
  readonly body: unknown
}

export type RequestOptions = {
  readonly body?: unknown
  readonly key?: string
  readonly ifMatch?: string
  readonly headers?: Readonly<Record<string, string>>
}

export type SandboxForTests = {
  readonly url: string
  readonly databaseUrl: string
  /** Sends a JSON request with the API key, `Idempotency-Key` and `If-Match` where given. */
  request(method: string, path: string, options?: RequestOptions): Promise<Answered>
  /** Closes the running sandbox and starts another on the same database. */
  restart(changes?: Partial<SandboxConfig>): Promise<void>
  /** Stops the sandbox and drops its database. */
  drop(): Promise<void>
}

/** The problem document of a refusal. */
export function problemOf({ body, headers }: Answered): z.infer<typeof Problem> {
  if (!headers.get('content-type')?.startsWith('application/problem+json')) {
    throw new Error(`not a problem document: ${JSON.stringify(body)}`)
  }
  return Problem.parse(body)
}

const Problem = z.strictObject({
  type: z.string(),
  title: z.string(),
  status: z.number(),
  detail: z.string(),
  instance: z.string(),
  code: z.string(),
  errors: z
    .array(
      z.strictObject({ field: z.string(), message: z.string(), allowed: z.array(z.unknown()).optional() }),
    )
    .optional(),
})

/** Every event of an upstream, read page by page as a console catches up. */
export async function eventsOf(
  sandbox: SandboxForTests,
  upstream: string,
  after = 0,
): Promise<z.infer<typeof EventSchema>[]> {
  const { body } = await sandbox.request('GET', `/${upstream}/events?after=${after}&limit=500`)
  const { events, next_after } = EventPage.parse(body)
  return events.length === 0 ? [] : [...events, ...(await eventsOf(sandbox, upstream, next_after))]
}

const EventPage = z.strictObject({ events: z.array(EventSchema), next_after: z.number() })

/** An empty database on the test run's server. */
export async function createEmptyDatabase(): Promise<{ url: string; drop(): Promise<void> }> {
  const server = inject('postgresUrl')
  const name = `sandbox_${randomBytes(6).toString('hex')}`
  const onServer = async (sql: string) => {
    const client = new pg.Client({ connectionString: server })
    await client.connect()
    await client.query(sql)
    await client.end()
  }
  await onServer(`CREATE DATABASE ${name}`)
  const url = new URL(server)
  url.pathname = `/${name}`
  return { url: url.toString(), drop: () => onServer(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`) }
}

/** The sandbox in this process, with a database of its own, on a free port, without a trickle. */
export async function startSandboxForTests(config: Partial<SandboxConfig> = {}): Promise<SandboxForTests> {
  const database = await createEmptyDatabase()
  const full: SandboxConfig = {
    databaseUrl: database.url,
    port: 0,
    apiKey: TEST_API_KEY,
    seed: 'test',
    trickle: false,
    ...config,
  }
  let sandbox = await startSandbox(full)
  return {
    get url() {
      return sandbox.url
    },
    databaseUrl: database.url,
    request: (method, path, options) => sendTo(sandbox.url, method, path, options),
    async restart(changes) {
      await sandbox.close()
      sandbox = await startSandbox({ ...full, ...changes })
    },
    async drop() {
      await sandbox.close()
      await database.drop()
    },
  }
}

/** Sends one request to a sandbox. */
export async function sendTo(
  url: string,
  method: string,
  path: string,
  { body, key, ifMatch, headers = {} }: RequestOptions = {},
): Promise<Answered> {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${TEST_API_KEY}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(key === undefined ? {} : { 'idempotency-key': key }),
      ...(ifMatch === undefined ? {} : { 'if-match': ifMatch }),
      ...headers,
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  })
  const text = await response.text()
  return {
    status: response.status,
    headers: response.headers,
    body: text === '' ? undefined : JSON.parse(text),
  }
}
