import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { missingUpstreams } from '@countersign/server/missing-upstreams.ts'
import { type ProcessName, processEnvironment, SANDBOX_UPSTREAMS } from '../home/environment.ts'
import { openHome, REPOSITORY_ROOT } from '../home/home.ts'
import {
  type Installation,
  installationOf,
  issuerUrl,
  rememberPorts,
  sandboxUrl,
} from '../home/installation.ts'
import { portsFrom } from '../home/ports.ts'
import { ensureSecrets } from '../home/secrets.ts'
import { compilePrograms, programArguments } from '../programs/programs.mjs'
import { startDatabase } from './embedded-database.ts'
import { requireFreePorts } from './free-port.ts'
import { openLogFile } from './log-file.ts'
import { openProcessRecord, settledStarter, stopLeftovers } from './process-record.ts'
import { startSupervised } from './supervised-process.ts'
import { buildWebConsole } from './web-build.ts'

const PROBE_TIMEOUT_MS = 5000

const PROCESSES: Readonly<Record<ProcessName, { name: string; entry: string }>> = {
  devIssuer: { name: 'dev-issuer', entry: 'apps/dev-issuer/main.ts' },
  sandbox: { name: 'sandbox', entry: 'apps/sandbox/main.ts' },
  server: { name: 'server', entry: 'apps/server/main.ts' },
  worker: { name: 'worker', entry: 'apps/server/worker.ts' },
}

export type Product = {
  readonly installation: Installation
  /** Where a person goes: the one address. */
  readonly address: string
  /** Ends every process, in order; resolves when nothing of it runs any more. */
  stop(): Promise<void>
}

export type StartOptions = {
  /** Ports, home and whatever a person sets for the processes. */
  readonly env: NodeJS.ProcessEnv
  readonly report: (message: string) => void
  /** Gives up starting, and ends what was started. */
  readonly signal?: AbortSignal
}

/**
 * Starts the whole embedded default: database, identity provider, sandbox, server and worker, and keeps each of
 * them running.
 *
 * @throws Error whose message says what to do; then nothing is left running
 */
export async function startProduct({ env, report, signal }: StartOptions): Promise<Product> {
  requireSources(env)
  requireUpstreams(env)
  const home = openHome(env)
  const running = await settledStarter(home.processes)
  if (running !== undefined) {
    throw new Error(
      `Countersign already runs from ${home.directory} (process ${running}). Stop it with Ctrl C there, ` +
        'or set COUNTERSIGN_HOME and the ports for a second installation.',
    )
  }
  const leftovers = await stopLeftovers(home.processes)
  if (leftovers.length > 0) report(`Stopped what an earlier start left running: ${leftovers.join(', ')}.`)

  const ports = portsFrom(env)
  await requireFreePorts(ports)
  const installation = installationOf(home, ports, ensureSecrets(home.secrets), env)
  rememberPorts(installation)
  const record = openProcessRecord(home.processes)
  const stops: (() => Promise<void>)[] = []
  const stop = async () => {
    record.stopping()
    for (const each of stops.splice(0).reverse()) await each()
    record.clear()
  }

  // One that cannot start ends the wait for the others.
  const failed = new AbortController()
  const giveUp = AbortSignal.any([signal ?? failed.signal, failed.signal])
  async function start(which: ProcessName, notReady: () => Promise<string | undefined>): Promise<void> {
    const { name, entry } = PROCESSES[which]
    const running = await startSupervised({
      name,
      command: () => [process.execPath, ...programArguments(entry)],
      directory: REPOSITORY_ROOT,
      env: processEnvironment(which, installation, env),
      log: openLogFile(join(home.logs, `${name}.log`), name),
      notReady,
      started: (pid) => record.add(name, pid),
      report,
      signal: giveUp,
    }).catch((error: unknown) => {
      failed.abort(error)
      throw error
    })
    stops.push(() => running.stop())
  }

  try {
    await compilePrograms()
    await buildWebConsole(report)
    giveUp.throwIfAborted()
    report('Starting PostgreSQL …')
    const database = await startDatabase(installation, (pid) => record.add('PostgreSQL', pid), report)
    stops.push(() => database.stop())
    giveUp.throwIfAborted()
    report('Starting the identity provider, the sandbox, the server and the worker …')
    const local = `http://127.0.0.1:${ports.server}`
    await Promise.allSettled([
      start('devIssuer', () => unanswered(`${issuerUrl(installation)}/healthz`)),
      start('sandbox', () => unanswered(`${sandboxUrl(installation)}/_sandbox/openapi/cts.json`)),
      start('server', () => unanswered(`${local}/healthz`)),
      start(
        'worker',
        async () =>
          (await unanswered(`http://127.0.0.1:${ports.worker}/healthz`)) ??
          (await unanswered(`${local}/readyz`)),
      ),
    ])
    giveUp.throwIfAborted()
  } catch (error) {
    await stop()
    throw error
  }
  return { installation, address: installation.publicUrl, stop }
}

function requireSources(env: NodeJS.ProcessEnv): void {
  if (env.NODE_ENV === 'production') {
    throw new Error(
      'npm start is the development default: it signs anyone in without a password. With NODE_ENV=production run ' +
        '`countersign migrate`, `countersign serve` and `countersign worker` with your own configuration.',
    )
  }
  const missing = Object.values(PROCESSES).filter(({ entry }) => !existsSync(join(REPOSITORY_ROOT, entry)))
  if (missing.length > 0) {
    const list = missing.map(({ name, entry }) => `  ${name}: ${entry}`).join('\n')
    throw new Error(`This clone lacks the program of:\n${list}`)
  }
}

/** Before anything is started: a server without them would only fail in the middle of it. */
function requireUpstreams(env: NodeJS.ProcessEnv): void {
  const named = Object.keys(env).flatMap((name) => /^UPSTREAM_URL_(.+)$/.exec(name)?.[1] ?? [])
  const configured = [...SANDBOX_UPSTREAMS, ...named].map((name) => name.toLowerCase())
  const missing = missingUpstreams(new Set(configured))
  if (missing.length > 0) throw new Error(missing.join('\n'))
}

/** Why an address does not answer as it should, or undefined. */
async function unanswered(url: string): Promise<string | undefined> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) })
    const body = await response.text()
    return response.ok ? undefined : `${url} answers ${response.status} ${body.slice(0, 500)}`
  } catch {
    return `${url} does not answer`
  }
}
