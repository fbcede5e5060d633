import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { REPOSITORY_ROOT } from '../home/home.ts'

const WEB = join(REPOSITORY_ROOT, 'apps', 'web')
const DIST = join(WEB, 'dist')
/** Which sources `dist` was built from. */
const STAMP = join(DIST, '.sources')
const BUILD_OUTPUT_BYTES = 16 * 1024 * 1024

/** Builds the web console into `apps/web/dist`, unless it was built from exactly these sources. */
export async function buildWebConsole(report: (message: string) => void): Promise<void> {
  const configured = readdirSync(WEB).some((name) => /^vite\.config\.(ts|js|mjs|mts)$/.test(name))
  if (!configured) return
  const digest = sourcesDigest()
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === digest) return
  report('Building the web console …')
  await runVite()
  writeFileSync(STAMP, digest)
}

function runVite(): Promise<void> {
  const vite = join(REPOSITORY_ROOT, 'node_modules', 'vite', 'bin', 'vite.js')
  return new Promise((done, fail) => {
    execFile(
      process.execPath,
      [vite, 'build', '--logLevel', 'warn'],
      { cwd: WEB, maxBuffer: BUILD_OUTPUT_BYTES, env: { ...process.env, NODE_ENV: 'production' } },
      (error, stdout, stderr) => {
        if (error)
          fail(new Error(`The web console could not be built:\n${stdout}${stderr}`, { cause: error }))
        else done()
      },
    )
  })
}

/** Everything that can reach a browser bundle, and the versions of what it is built with. */
function sourcesDigest(): string {
  const consoles = join(REPOSITORY_ROOT, 'consoles')
  const roots = [
    WEB,
    ...['ui', 'web-kit', 'sdk'].map((name) => join(REPOSITORY_ROOT, name)),
    ...readdirSync(consoles).map((name) => join(consoles, name, 'web')),
  ].filter(existsSync)
  const hash = createHash('sha256')
  for (const file of [...roots.flatMap(filesBelow), join(REPOSITORY_ROOT, 'package-lock.json')].sort()) {
    hash
      .update(`${relative(REPOSITORY_ROOT, file)}\0`)
      .update(readFileSync(file))
      .update('\0')
  }
  return hash.digest('hex')
}

function filesBelow(directory: string): string[] {
  return readdirSync(directory).flatMap((name) => {
    if (name === 'node_modules' || name === 'dist') return []
    const path = join(directory, name)
    return statSync(path).isDirectory() ? filesBelow(path) : [path]
  })
}
