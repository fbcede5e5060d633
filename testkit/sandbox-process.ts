import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { inject } from 'vitest'

const REPOSITORY = dirname(dirname(fileURLToPath(import.meta.url)))
const SANDBOX_MAIN = join(REPOSITORY, 'apps', 'sandbox', 'main.ts')

/** The reference platform in a process of its own, with a database of its own on the test run's server. */
export type SandboxProcess = {
  /** Base of the upstreams: `${url}/cts`. */
  url: string
  key: string
  /** Reads JSON from a path such as `/recon/statements`. */
  get: (path: string) => Promise<unknown>
  stop: () => Promise<void>
}

/** Whether this repository holds the sandbox. */
export const sandboxAbsent = !existsSync(SANDBOX_MAIN)

/** Starts the sandbox on a free port, without its trickle, and waits until it listens. */
export async function startSandboxProcess(): Promise<SandboxProcess> {
  const name = `sandbox_${randomBytes(6).toString('hex')}`
  await onServer(`CREATE DATABASE ${name}`)
  const database = new URL(inject('postgresUrl'))
  database.pathname = `/${name}`
  const key = randomBytes(12).toString('hex')
  const running = await spawnSandbox({ databaseUrl: database.toString(), apiKey: key, port: 0 })
  const { url } = running
  return {
    url,
    key,
    async get(path) {
      const answer = await fetch(url + path, { headers: { authorization: `Bearer ${key}` } })
      if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`)
      return answer.json()
    },
    async stop() {
      await running.end('SIGTERM')
      await onServer(`DROP DATABASE ${name} WITH (FORCE)`)
    },
  }
}

/** A running sandbox process. `end` resolves when the process is gone. */
export type SpawnedSandbox = {
  url: string
  end: (signal: 'SIGTERM' | 'SIGKILL') => Promise<void>
}

/** Starts the sandbox on a database that is there already, and waits until it listens. */
export async function spawnSandbox(options: {
  databaseUrl: string
  apiKey: string
  port: number
  seed?: string
  webhook?: { url: string; secret: string }
}): Promise<SpawnedSandbox> {
  const { webhook } = options
  const child = spawn(process.execPath, ['--import', 'tsx', SANDBOX_MAIN], {
    cwd: REPOSITORY,
    env: {
      ...process.env,
      SANDBOX_DATABASE_URL: options.databaseUrl,
      SANDBOX_PORT: String(options.port),
      SANDBOX_API_KEY: options.apiKey,
      SANDBOX_TRICKLE: 'off',
      ...(options.seed === undefined ? {} : { SANDBOX_SEED: options.seed }),
      ...(webhook ? { SANDBOX_WEBHOOK_URL: webhook.url, SANDBOX_WEBHOOK_SECRET: webhook.secret } : {}),
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  const url = await Promise.race([
    listeningUrl(child.stdout),
    exited.then(([code]) => Promise.reject(new Error(`The sandbox ended with ${code} before it listened.`))),
  ])
  return {
    url,
    async end(signal) {
      child.kill(signal)
      await exited
    },
  }
}

async function listeningUrl(output: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface({ input: output })) {
    const url = /listening on (http:\S+)/.exec(line)?.[1]
    if (url !== undefined) return url
  }
  throw new Error('The sandbox said nothing of an address.')
}

async function onServer(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: inject('postgresUrl') })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
