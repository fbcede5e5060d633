// Plain JavaScript: asked before anything is installed.
import { spawn } from 'node:child_process'
import { endGroup } from './process-group.mjs'

const PARENT_POLL_MS = 200

/**
 * Runs npm in a process group of its own. Ctrl C, SIGTERM, and the end of the npm that called us end the whole group,
 * so that no install goes on unseen.
 *
 * @param {string[]} args
 * @param {{directory: string, started: (pid: number) => void, report: (message: string) => void}} options
 * @returns {Promise<{code: number, output: string, stopped: boolean}>}
 */
export async function runNpm(args, { directory, started, report }) {
  // Under `npm start` this names the npm that was called; there may be no other on the PATH.
  const own = process.env.npm_execpath
  const viaNode = own !== undefined && /npm-cli\.c?js$/.test(own)
  const [command, first] = viaNode ? [process.execPath, [own]] : ['npm', []]
  let output = ''
  let ending
  const child = spawn(command, [...first, ...args], {
    cwd: directory,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  const closed = new Promise((done) => {
    child.once('error', (error) => {
      output += error.message
      done(1)
    })
    child.once('close', (code) => done(code ?? 1))
  })
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      output += text
    })
  }
  const stop = () => {
    if (ending || child.pid === undefined) return
    report('Stopping the install …')
    ending = endGroup(child.pid)
  }
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']
  for (const signal of signals) process.on(signal, stop)
  const parent = process.ppid
  const watch = setInterval(() => {
    if (process.env.npm_lifecycle_event !== undefined && process.ppid !== parent) stop()
  }, PARENT_POLL_MS)
  if (child.pid !== undefined) started(child.pid)
  const code = await closed
  await ending
  clearInterval(watch)
  for (const signal of signals) process.off(signal, stop)
  return { code, output, stopped: ending !== undefined }
}
