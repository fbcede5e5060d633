// Plain JavaScript: asked before anything is installed.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** There from before npm begins until it has ended well: a tree with it is not to be trusted, whatever it holds. */
const UNFINISHED = join('node_modules', '.countersign-install-unfinished')

/** @typedef {{version?: string, integrity?: string, optional?: boolean, link?: boolean}} LockedPackage */

/**
 * Why an install is due, or undefined. npm keeps what it installed in `node_modules/.package-lock.json` and writes
 * that file last.
 *
 * @param {string} root of the repository
 * @returns {{why: string, startOver: boolean} | undefined} `startOver`: npm would take what is there for sound
 */
export function installDue(root) {
  const installedFile = join(root, 'node_modules', '.package-lock.json')
  if (existsSync(join(root, UNFINISHED))) return { why: 'the last install was cut short', startOver: true }
  if (!existsSync(join(root, 'node_modules'))) return { why: 'first time', startOver: false }
  if (!existsSync(installedFile)) return { why: 'node_modules is not complete', startOver: true }
  const wanted = packagesOf(join(root, 'package-lock.json'))
  const installed = packagesOf(installedFile)
  for (const [path, entry] of Object.entries(wanted)) {
    // Workspaces themselves are listed too; what is installed lies in somebody's node_modules.
    if (!path.includes('node_modules/')) continue
    const there = installed[path]
    // Optional packages of other platforms are rightly absent.
    if (!there && entry.optional) continue
    if (!there) return { why: `${nameOf(path)} is new in package-lock.json`, startOver: false }
    if (there.version !== entry.version || there.integrity !== entry.integrity) {
      return { why: 'package-lock.json has changed since the last install', startOver: false }
    }
  }
  const gone = Object.keys(installed).find((path) => !existsSync(join(root, path, 'package.json')))
  return gone === undefined ? undefined : { why: `${nameOf(gone)} is gone`, startOver: false }
}

/** @param {string} root */
export function markUnfinished(root) {
  mkdirSync(join(root, 'node_modules'), { recursive: true })
  writeFileSync(join(root, UNFINISHED), '')
  // npm believes this file before it looks at the packages themselves.
  rmSync(join(root, 'node_modules', '.package-lock.json'), { force: true })
}

/** @param {string} root */
export function markFinished(root) {
  rmSync(join(root, UNFINISHED), { force: true })
}

/**
 * Removes everything that npm has installed, in the root and in each workspace.
 *
 * @param {string} root
 */
export function removeInstalled(root) {
  // First: interrupted here, the rest must not be taken for a whole tree.
  rmSync(join(root, 'node_modules', '.package-lock.json'), { force: true })
  const places = Object.keys(packagesOf(join(root, 'package-lock.json'))).flatMap((path) => {
    const end = `/${path}`.indexOf('/node_modules/')
    return end < 0 ? [] : [join(path.slice(0, end), 'node_modules')]
  })
  for (const place of new Set(['node_modules', ...places])) {
    rmSync(join(root, place), { recursive: true, force: true })
  }
}

/**
 * @param {string} file
 * @returns {Record<string, LockedPackage>}
 */
function packagesOf(file) {
  return JSON.parse(readFileSync(file, 'utf8')).packages ?? {}
}

/** @param {string} path */
function nameOf(path) {
  return path.split('node_modules/').at(-1) ?? path
}
