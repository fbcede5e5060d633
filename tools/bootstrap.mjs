// Runs before anything is installed: plain JavaScript, nothing but Node's own modules.
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { takeInstallLock } from './install/install-lock.mjs'
import { installDue, markFinished, markUnfinished, removeInstalled } from './install/installed-tree.mjs'
import { runNpm } from './install/run-npm.mjs'

const OLDEST_NODE = [20, 19]
/** How much of npm's output is shown when it fails. */
const SHOWN_OUTPUT_LINES = 30
/** What a shell reports of a program that Ctrl C has ended. */
const STOPPED_EXIT_CODE = 130

// Not `npm ci`: that refuses to start where the lock file lacks an optional package of some other platform,
// which a registry's mirror need not carry. `--no-save` keeps to the lock file and leaves it as it is.
// Tools are needed to run from source, so neither NODE_ENV=production nor a user's npmrc may leave them out. Nor may one be
// strict about engines: packages that are used on Node.js 20, and tested on it, say that they are for later ones.
const INSTALL_OPTIONS = [
  '--no-save',
  '--include=dev',
  '--include=optional',
  '--engine-strict=false',
  '--no-audit',
  '--no-fund',
  '--loglevel=error',
]

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
  if (installDue(repositoryRoot) === undefined) return
  const lock = await takeInstallLock(repositoryRoot, console.log)
  try {
    // Whoever held the lock before may have done it all.
    const due = installDue(repositoryRoot)
    if (due !== undefined) await install(lock, due)
  } finally {
    lock.release()
  }
}

async function install(lock, { why, startOver }) {
  console.log(`Installing packages (${why}) …`)
  const started = Date.now()
  let clean = startOver || !existsSync(join(repositoryRoot, 'node_modules'))
  if (startOver) removeInstalled(repositoryRoot)
  for (;;) {
    markUnfinished(repositoryRoot)
    const { code, output, stopped } = await runNpm(['install', ...INSTALL_OPTIONS], {
      directory: repositoryRoot,
      started: lock.npmStarted,
      report: console.log,
    })
    if (stopped) {
      lock.release()
      console.log('Stopped. The next npm start installs from the beginning.')
      process.exit(STOPPED_EXIT_CODE)
    }
    if (code === 0) {
      markFinished(repositoryRoot)
      const left = installDue(repositoryRoot)
      if (left === undefined) break
      if (clean)
        failInstall(
          lock,
          output,
          `npm install has ended, but ${left.why}. Remove node_modules, then try again.`,
        )
    } else {
      const advice = adviceOn(output)
      if (clean || advice !== undefined) {
        failInstall(
          lock,
          output,
          `npm install failed (exit ${code}). ${advice ?? 'What it says stands above; mend that, then try again.'}`,
        )
      }
    }
    console.log('npm could not mend what is in node_modules; installing from the beginning …')
    removeInstalled(repositoryRoot)
    clean = true
  }
  console.log(`Installed in ${Math.round((Date.now() - started) / 1000)} s.`)
}

/** What to do about a failure that installing from the beginning would only repeat; undefined for any other. */
function adviceOn(output) {
  if (
    /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT|E50\d)\b/.test(
      output,
    )
  ) {
    return 'Check that the npm registry can be reached, then try again.'
  }
  if (/\bENOSPC\b/.test(output)) return 'The disk is full: make room, then try again.'
  if (/\b(EACCES|EPERM|EROFS)\b/.test(output)) {
    return `Check that this account may write to ${repositoryRoot} and to npm's cache, then try again.`
  }
  return undefined
}

function failInstall(lock, output, message) {
  lock.release()
  fail(`${output.trim().split('\n').slice(0, SHOWN_OUTPUT_LINES).join('\n')}\n\n${message}`)
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
