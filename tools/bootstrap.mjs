// Runs before anything is installed: plain JavaScript, nothing but Node's own modules.
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const OLDEST_NODE = [20, 19]
/** How much of npm's output is shown when it fails. */
const SHOWN_OUTPUT_LINES = 30

export const repositoryRoot = dirname(dirname(fileURLToPath(import.meta.url)))

/** Ends the process with what to do when this Node.js is too old to run the product. */
export function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1])) return
  fail(
    `Countersign needs Node.js ${OLDEST_NODE.join('.')} or later; this is ${process.versions.node}. ` +
      'Install a newer one (https://nodejs.org), then run the same command again.',
  )
}

/** Installs the packages that the lock file names, unless exactly these are already there. */
export async function ensureInstalled() {
  const difference = installedDifference()
  if (difference === undefined) return
  console.log(`Installing packages (${difference}) …`)
  const started = Date.now()
  // Not `npm ci`: that refuses to start where the lock file lacks an optional package of some other platform,
  // which a registry's mirror need not carry. `--no-save` keeps to the lock file and leaves it as it is.
  // Tools are needed to run from source, so neither NODE_ENV=production nor a user's npmrc may leave them out.
  const options = [
    '--no-save',
    '--include=dev',
    '--include=optional',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ]
  const { code, output } = await runNpm(['install', ...options])
  if (code !== 0) {
    const shown = output.trim().split('\n').slice(0, SHOWN_OUTPUT_LINES).join('\n')
    fail(
      `${shown}\n\nnpm install failed (exit ${code}). Check that the npm registry can be reached, then try again.`,
    )
  }
  console.log(`Installed in ${Math.round((Date.now() - started) / 1000)} s.`)
}

/**
 * Imports a TypeScript module of this repository, by its path below `tools/`.
 *
 * @param {string} path
 */
export async function importTypeScript(path) {
  const { register } = await import('tsx/esm/api')
  register()
  return import(new URL(path, import.meta.url).href)
}

/** @param {string} message */
function fail(message) {
  console.error(message)
  process.exit(1)
}

/**
 * Why an install is due, or undefined. npm keeps what it installed in `node_modules/.package-lock.json` and writes
 * that file last, so it answers for installs cut short and for lock files changed since.
 */
function installedDifference() {
  const installedFile = join(repositoryRoot, 'node_modules', '.package-lock.json')
  if (!existsSync(installedFile)) return 'first time'
  const wanted = packagesOf(join(repositoryRoot, 'package-lock.json'))
  const installed = packagesOf(installedFile)
  for (const [path, entry] of Object.entries(wanted)) {
    // Workspaces themselves are listed too; what is installed lies in somebody's node_modules.
    if (!path.includes('node_modules/')) continue
    const there = installed[path]
    // Optional packages of other platforms are rightly absent.
    if (!there && entry.optional) continue
    if (!there) return `${path.split('node_modules/').at(-1)} is new in package-lock.json`
    if (there.version !== entry.version || there.integrity !== entry.integrity) {
      return `package-lock.json has changed since the last install`
    }
  }
  return undefined
}

/**
 * @param {string} file
 * @returns {Record<string, {version?: string, integrity?: string, optional?: boolean}>}
 */
function packagesOf(file) {
  return JSON.parse(readFileSync(file, 'utf8')).packages ?? {}
}

/**
 * @param {string[]} args
 * @returns {Promise<{code: number, output: string}>}
 */
function runNpm(args) {
  // Under `npm start` this names the npm that was called; there may be no other on the PATH.
  const own = process.env.npm_execpath
  const viaNode = own !== undefined && /npm-cli\.c?js$/.test(own)
  const [command, first] = viaNode ? [process.execPath, [own]] : ['npm', []]
  return new Promise((done) => {
    let output = ''
    const child = spawn(command, [...first, ...args], {
      cwd: repositoryRoot,
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: !viaNode && process.platform === 'win32',
    })
    const keep = (chunk) => {
      output += chunk
    }
    child.stdout.on('data', keep)
    child.stderr.on('data', keep)
    child.once('error', (error) => done({ code: 1, output: `${output}${error.message}` }))
    child.once('close', (code) => done({ code: code ?? 1, output }))
  })
}
