import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

const DEBIAN_POSTGRES = '/usr/lib/postgresql'

/** The newest pgbench of Debian, or the one that the path finds; undefined where there is none. */
export function pgbenchProgram(): string | undefined {
  const versions = existsSync(DEBIAN_POSTGRES) ? readdirSync(DEBIAN_POSTGRES).sort().reverse() : []
  const candidates = [
    ...versions.map((version) => join(DEBIAN_POSTGRES, version, 'bin', 'pgbench')),
    'pgbench',
  ]
  return candidates.find((program) => spawnSync(program, ['--version']).status === 0)
}

/**
 * @returns what it said on its standard output
 * @throws Error with what it complained of
 */
export function runPgbench(
  program: string,
  databaseUrl: string,
  args: readonly string[],
  directory?: string,
): string {
  const url = new URL(databaseUrl)
  const run = spawnSync(
    program,
    ['-h', url.hostname, '-p', url.port, '-U', url.username, '-n', ...args, url.pathname.slice(1)],
    {
      encoding: 'utf8',
      cwd: directory,
      env: { ...process.env, PGPASSWORD: decodeURIComponent(url.password) },
    },
  )
  if (run.status !== 0) throw new Error(`pgbench failed: ${run.stderr || run.stdout}`)
  return run.stdout
}
