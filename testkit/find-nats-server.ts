import { delimiter, join } from 'node:path'
import { installByApt, mayInstallByApt, versionOf } from '@countersign/tools/install/installed-program.ts'

const INSTALL_TIMEOUT_MS = 300_000
const VERSION_TIMEOUT_MS = 10_000
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
    const version = await versionOf(named, VERSION_TIMEOUT_MS)
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
    const version = await versionOf(path, VERSION_TIMEOUT_MS)
    if (version !== undefined) return { path, version }
  }
  return undefined
}

/** The service that the package would start is not wanted: tests start their own. */
async function byApt(): Promise<void> {
  if (mayInstallByApt()) await installByApt('nats-server', INSTALL_TIMEOUT_MS, { RUNLEVEL: '1' })
}
