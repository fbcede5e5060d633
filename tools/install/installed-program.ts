import { execFile } from 'node:child_process'
import { accessSync, constants } from 'node:fs'

const APT_GET = '/usr/bin/apt-get'
/** Another installation may hold apt's lock. */
const APT_LOCK_TIMEOUT_S = 120

/** What a program says of its version, if it starts; undefined where it is not there or does not start. */
export async function versionOf(path: string, timeoutMs: number): Promise<string | undefined> {
  if (!isExecutable(path)) return undefined
  const { code, output } = await runProgram(path, ['--version'], timeoutMs, process.env)
  return code === 0 ? output.trim() : undefined
}

/** Whether a package can be had from the system: as root, where there is apt-get. */
export function mayInstallByApt(): boolean {
  return process.getuid?.() === 0 && isExecutable(APT_GET)
}

/** Tries to install a package of Debian; whether it is there then, its own version tells. */
export async function installByApt(
  name: string,
  timeoutMs: number,
  environment: NodeJS.ProcessEnv = {},
): Promise<void> {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', ...environment }
  const wait = ['-o', `DPkg::Lock::Timeout=${APT_LOCK_TIMEOUT_S}`, '-qq']
  await runProgram('apt-get', [...wait, 'update'], timeoutMs, env)
  await runProgram('apt-get', [...wait, 'install', '-y', '--no-install-recommends', name], timeoutMs, env)
}

export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** @returns code 0, or 1 where it failed in whatever way */
export function runProgram(
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
