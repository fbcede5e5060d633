import { type ChildProcess, spawn } from 'node:child_process'
import type { LogFile } from './log-file.ts'

const FIRST_RESTART_DELAY_MS = 500
const LONGEST_RESTART_DELAY_MS = 30_000
/** A process that has run this long has recovered: its next failure starts from the shortest delay. */
const RECOVERED_AFTER_MS = 60_000
const STOP_TIMEOUT_MS = 10_000
const READY_TIMEOUT_MS = 120_000
const READY_POLL_MS = 50
/** A process that has ended may have left its pipe to a child of its own; we do not wait for that one. */
const LAST_OUTPUT_TIMEOUT_MS = 500

export type SupervisedProcess = {
  readonly name: string
  stop(): Promise<void>
}

export type ProcessToSupervise = {
  readonly name: string
  /** Program and arguments. */
  /** Asked for at each start: what it is run by may have been made anew meanwhile. */
  readonly command: () => readonly [string, ...string[]]
  readonly directory: string
  readonly env: NodeJS.ProcessEnv
  readonly log: LogFile
  /** Why it cannot be used yet, or undefined when it can; asked until then. */
  readonly notReady: () => Promise<string | undefined>
  readonly started: (pid: number) => void
  /** Told whenever it ends unasked, and when it starts again. */
  readonly report: (message: string) => void
  /** Gives up starting. */
  readonly signal: AbortSignal
}

/**
 * Starts a process, waits until it is ready, and from then on starts it again whenever it ends, after a delay
 * that doubles.
 *
 * @throws Error with the end of its log when it ends, or is not ready in time, while starting
 */
export async function startSupervised(options: ProcessToSupervise): Promise<SupervisedProcess> {
  const { name, log, report } = options
  let child = launch(options)
  try {
    await untilReady(options, child)
  } catch (error) {
    await end(child)
    throw error
  }
  const stopping = new AbortController()

  async function keepRunning(): Promise<void> {
    let delay = FIRST_RESTART_DELAY_MS
    for (;;) {
      const since = Date.now()
      const how = await child.ended
      if (stopping.signal.aborted) return
      if (Date.now() - since >= RECOVERED_AFTER_MS) delay = FIRST_RESTART_DELAY_MS
      report(`${name} ended (${how}); starting it again in ${delay / 1000} s. Its log: ${log.path}`)
      await pause(delay, stopping.signal)
      if (stopping.signal.aborted) return
      delay = Math.min(delay * 2, LONGEST_RESTART_DELAY_MS)
      child = launch(options)
      report(`${name} started again.`)
    }
  }

  const running = keepRunning()
  return {
    name,
    async stop() {
      stopping.abort()
      await end(child)
      await running
      log.close()
    },
  }
}

/** Resolves after a time, or at once when the signal is given. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    const finish = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', finish)
      done()
    }
    const timer = setTimeout(finish, ms)
    signal.addEventListener('abort', finish)
    if (signal.aborted) finish()
  })
}

type Launched = { readonly process: ChildProcess; readonly ended: Promise<string> }

function launch({ command, directory, env, log, started }: ProcessToSupervise): Launched {
  const [program, ...args] = command()
  const process = spawn(program, args, {
    cwd: directory,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own: Ctrl C is ours to pass on, in order.
    detached: true,
  })
  for (const stream of [process.stdout, process.stderr]) stream?.setEncoding('utf8').on('data', log.write)
  const ended = new Promise<string>((done) => {
    process.once('error', (error) => done(error.message))
    process.once('exit', (code, signal) => {
      const how = signal ?? `exit ${code}`
      // Its last words may still be in the pipe.
      process.once('close', () => done(how))
      setTimeout(() => done(how), LAST_OUTPUT_TIMEOUT_MS).unref()
    })
  })
  if (process.pid !== undefined) started(process.pid)
  return { process, ended }
}

async function untilReady(options: ProcessToSupervise, child: Launched): Promise<void> {
  const { name, notReady, log, signal } = options
  let ended: string | undefined
  void child.ended.then((how) => {
    ended = how
  })
  const deadline = Date.now() + READY_TIMEOUT_MS
  for (let reason = await notReady(); reason !== undefined; reason = await notReady()) {
    signal.throwIfAborted()
    if (ended !== undefined) {
      throw new Error(`${name} ended (${ended}) while starting. The end of ${log.path}:\n${log.tail()}`)
    }
    if (Date.now() > deadline) {
      const waited = READY_TIMEOUT_MS / 1000
      throw new Error(
        `${name} was not ready within ${waited} s: ${reason}. The end of ${log.path}:\n${log.tail()}`,
      )
    }
    await pause(READY_POLL_MS, signal)
  }
}

async function end(child: Launched): Promise<void> {
  if (child.process.exitCode === null && child.process.signalCode === null) child.process.kill('SIGTERM')
  const timer = setTimeout(() => child.process.kill('SIGKILL'), STOP_TIMEOUT_MS)
  await child.ended
  clearTimeout(timer)
}
