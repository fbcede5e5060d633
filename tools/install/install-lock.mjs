// Plain JavaScript: asked before anything is installed.
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { processStart } from '../product/process-identity.mjs'
import { endGroup } from './process-group.mjs'

const LOCK_FILE = join('.cache', 'install.lock')
const LOCK_POLL_MS = 200

/** @typedef {{pid: number, started: string}} Known */
/** @typedef {{owner: Known, npm?: Known}} Held */

/**
 * Waits, with a word, until no other start installs into this clone; an npm whose start has died is ended.
 *
 * @param {string} root of the repository
 * @param {(message: string) => void} report
 * @returns {Promise<{npmStarted(pid: number): void, release(): void}>}
 */
export async function takeInstallLock(root, report) {
  const file = join(root, LOCK_FILE)
  const draft = `${file}.${process.pid}`
  mkdirSync(dirname(file), { recursive: true })
  /** @type {Held} */
  const held = { owner: known(process.pid) }
  let told = false
  for (;;) {
    writeFileSync(draft, JSON.stringify(held))
    if (linked(draft, file)) break
    const text = textOf(file)
    if (text === undefined) continue
    const { owner, npm } = /** @type {Held} */ (JSON.parse(text))
    if (!lives(owner)) {
      if (npm && lives(npm)) {
        report(`An earlier start has left npm running (process ${npm.pid}); ending it …`)
        await endGroup(npm.pid)
      }
      removeStale(file, text)
      continue
    }
    if (!told)
      report(`Packages are being installed by another start (process ${owner.pid}); waiting for it …`)
    told = true
    await sleep(LOCK_POLL_MS)
  }
  rmSync(draft, { force: true })
  return {
    npmStarted(pid) {
      writeFileSync(draft, JSON.stringify({ ...held, npm: known(pid) }))
      renameSync(draft, file)
    },
    release: () => rmSync(file, { force: true }),
  }
}

/** Creates the lock with its content in one step, or not at all. */
function linked(draft, file) {
  try {
    linkSync(draft, file)
    return true
  } catch (error) {
    if (error.code === 'EEXIST') return false
    throw error
  }
}

/** Takes a dead owner's lock away; one that somebody has taken meanwhile is given back. */
function removeStale(file, seen) {
  const aside = `${file}.${process.pid}.stale`
  try {
    renameSync(file, aside)
  } catch (error) {
    if (error.code === 'ENOENT') return
    throw error
  }
  if (textOf(aside) !== seen) linked(aside, file)
  rmSync(aside, { force: true })
}

function textOf(file) {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (error.code === 'ENOENT') return undefined
    throw error
  }
}

/** @param {number} pid */
function known(pid) {
  return { pid, started: processStart(pid) ?? '' }
}

/** @param {Known} process */
function lives({ pid, started }) {
  return started !== '' && processStart(pid) === started
}
