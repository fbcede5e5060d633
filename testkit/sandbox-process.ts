import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { WebhookSecrets } from '@countersign/sandbox/config.ts'
import { REPOSITORY_ROOT } from '@countersign/tools/home/home.ts'
import { programArguments } from '@countersign/tools/programs/programs.mjs'

/** A running sandbox process. `end` resolves when the process is gone. */
export type SpawnedSandbox = {
  url: string
  end: (signal: 'SIGTERM' | 'SIGKILL') => Promise<void>
}

/** Starts the sandbox on a database that is there already, and waits until it listens. */
export async function spawnSandbox(options: {
  databaseUrl: string
  apiKey: string
  stagingKey?: string
  port: number
  seed?: string
  webhook?: { url: string; secrets: WebhookSecrets }
}): Promise<SpawnedSandbox> {
  const { webhook } = options
  const child = spawn(process.execPath, programArguments('apps/sandbox/main.ts'), {
    cwd: REPOSITORY_ROOT,
    env: {
      ...process.env,
      SANDBOX_DATABASE_URL: options.databaseUrl,
      SANDBOX_PORT: String(options.port),
      SANDBOX_API_KEY: options.apiKey,
      ...(options.stagingKey === undefined ? {} : { SANDBOX_STAGING_KEY: options.stagingKey }),
      SANDBOX_TRICKLE: 'off',
      ...(options.seed === undefined ? {} : { SANDBOX_SEED: options.seed }),
      ...(webhook ? { SANDBOX_WEBHOOK_URL: webhook.url, ...secretVariables(webhook.secrets) } : {}),
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

function secretVariables(secrets: WebhookSecrets): Record<string, string> {
  return Object.fromEntries(
    Object.entries(secrets).map(([upstream, secret]) => [
      `SANDBOX_WEBHOOK_SECRET_${upstream.toUpperCase()}`,
      secret,
    ]),
  )
}
