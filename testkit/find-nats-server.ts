import { execFile } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

const INSTALL_TIMEOUT_MS = 300_000
const VERSION_TIMEOUT_MS = 10_000
/** Another installation may hold apt's lock. */
const APT_LOCK_TIMEOUT_S = 120
/** Where Debian puts it; not on every account's PATH. */
const DEBIAN_PATH = '/usr/sbin/nats-server'

export type NatsServerProgram =
  | { readonly path: string; readonly version: string; readonly remedy?: undefined }
  /** None could be had; what a person can do about it. */
  | { readonly path?: undefined; readonly version?: undefined; readonly remedy: string }

/** A `nats-server` that starts: the one of `NATS_SERVER_PATH`, one on the PATH, else Debian's, installed now as root. */
export async function findNatsServer(
  env: NodeJS.ProcessEnv,
  install: () => Promise<void> = byApt,
): Promise<NatsServerProgram> {
  const named = env.NATS_SERVER_PATH
  if (named) {
    const version = await versionOf(named)
    if (version !== undefined) return { path: named, version }
    return {
      remedy: `NATS_SERVER_PATH is ${named}, which does not start. Correct it, or unset it to have one found.`,
    }
  }
  const found = await firstOf(env)
  if (found) return found
  await install()
  return (
    (await firstOf(env)) ?? {
      remedy:
        'No nats-server starts here and none could be installed. On Debian or Ubuntu: apt-get install nats-server. Or set NATS_SERVER_PATH to one.',
    }
  )
}

/**
 * For test files that need one: where there is none they are skipped with the remedy in their title, except in CI.
 *
 * @throws Error in CI (`CI=true`) where none could be had
 */
export async function natsServerForTests(env: NodeJS.ProcessEnv = process.env): Promise<NatsServerProgram> {
  const program = await findNatsServer(env)
  if (program.path === undefined && env.CI === 'true') throw new Error(program.remedy)
  return program
}

async function firstOf(env: NodeJS.ProcessEnv): Promise<NatsServerProgram | undefined> {
  const places = (env.PATH ?? '').split(delimiter).filter(Boolean)
  for (const path of [...places.map((place) => join(place, 'nats-server')), DEBIAN_PATH]) {
    const version = await versionOf(path)
    if (version !== undefined) return { path, version }
  }
  return undefined
}

/** The service that the package would start is not wanted: tests start their own. */
async function byApt(): Promise<void> {
  if (process.getuid?.() !== 0 || !isExecutable('/usr/bin/apt-get')) return
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' }
  const wait = ['-o', `DPkg::Lock::Timeout=${APT_LOCK_TIMEOUT_S}`, '-qq']
  await run('apt-get', [...wait, 'update'], INSTALL_TIMEOUT_MS, env)
  const install = ['install', '-y', '--no-install-recommends', 'nats-server']
  await run('apt-get', [...wait, ...install], INSTALL_TIMEOUT_MS, env)
}

async function versionOf(path: string): Promise<string | undefined> {
  if (!isExecutable(path)) return undefined
  const { code, output } = await run(path, ['--version'], VERSION_TIMEOUT_MS, process.env)
  return code === 0 ? output.trim() : undefined
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

function run(
  program: string,
  args: readonly string[],
  timeout: number,
  env: NodeJS.ProcessEnv,
): Promise<{ code: number; output: string }> {
  return new Promise((done) => {
    execFile(program, args, { timeout, env }, (error, stdout) =>
      done({ code: error ? 1 : 0, output: stdout }),
    )
  })
}
