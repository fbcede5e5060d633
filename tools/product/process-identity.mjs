// Plain JavaScript: asked before anything is installed.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/**
 * What tells this process from a later one that was given the same number: when it started, and its command line.
 * Undefined when no process has that number.
 *
 * @param {number} pid
 * @returns {string | undefined}
 */
export function processIdentity(pid) {
  return seen(pid, true)
}

/**
 * The same for a process that changes its command line, as npm does.
 *
 * @param {number} pid
 * @returns {string | undefined}
 */
export function processStart(pid) {
  return seen(pid, false)
}

function seen(pid, withCommand) {
  try {
    return process.platform === 'linux' ? fromProc(pid, withCommand) : fromPs(pid, withCommand)
  } catch {
    // Neither file nor row: the process is gone.
    return undefined
  }
}

function fromProc(pid, withCommand) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  // proc(5): the command's name (field 2) may hold spaces and brackets; the state is field 3, the start field 22.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const [state, started] = [fields[0], fields[19]]
  if (state === 'Z' || state === 'X') return undefined
  if (!withCommand) return started
  const commandLine = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
  return `${started} ${commandLine}`
}

function fromPs(pid, withCommand) {
  const columns = withCommand ? 'lstart=,command=' : 'lstart='
  const row = execFileSync('ps', ['-o', columns, '-p', String(pid)], { encoding: 'utf8' }).trim()
  return row === '' ? undefined : row
}
