import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { REPOSITORY_ROOT } from '@countersign/tools/home/home.ts'
import { programArguments } from '@countersign/tools/programs/programs.mjs'

const LINES_KEPT = 400
const STARTS_MAX = 60
const RESTART_AFTER_MS = 500

/** One of the product's processes, to be killed and started again. */
export type Victim = {
  readonly name: string
  readonly kind: 'server' | 'worker' | 'database' | 'sandbox'
  /** SIGKILL; resolves when it is gone. */
  readonly kill: () => Promise<void>
  /** Starts it anew, and resolves when it is ready. */
  readonly start: () => Promise<void>
  /** Ends it in order. */
  readonly stop: () => Promise<void>
  /** How often it has ended without being told to. */
  readonly crashes: () => readonly string[]
  /** Every line that any of its processes has said. */
  readonly said: () => readonly string[]
}

/** A TypeScript file of the repository as a process of its own. */
export function processVictim(options: {
  readonly name: string
  readonly kind: Victim['kind']
  readonly file: string
  readonly env: NodeJS.ProcessEnv
  readonly ready: RegExp
}): Victim {
  let child: ChildProcess | undefined
  let ended: Promise<unknown> = Promise.resolve()
  let told = true
  const crashes: string[] = []
  const lines: string[] = []
  const end = async (signal: 'SIGKILL' | 'SIGTERM') => {
    told = true
    child?.kill(signal)
    await ended
  }
  return {
    name: options.name,
    kind: options.kind,
    crashes: () => crashes,
    said: () => lines,
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
    async start() {
      // As a service manager does: what cannot start because another is away is started again.
      for (let tries = 1; ; tries += 1) {
        const failure = await launch()
        if (failure === undefined) return
        if (tries === STARTS_MAX) throw new Error(failure)
        await sleep(RESTART_AFTER_MS)
      }
    },
  }

  /** @returns how it ended, where it did before it was ready */
  async function launch(): Promise<string | undefined> {
    const said: string[] = []
    const started = spawn(process.execPath, programArguments(options.file), {
      cwd: REPOSITORY_ROOT,
      env: { PATH: process.env.PATH, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    child = started
    told = true
    const keep = (line: string) => {
      lines.push(line)
      said.push(line)
      if (said.length > LINES_KEPT) said.shift()
    }
    if (started.stderr) createInterface({ input: started.stderr }).on('line', keep)
    const ready = new Promise<void>((done) => {
      createInterface({ input: started.stdout }).on('line', (line) => {
        keep(line)
        if (options.ready.test(line)) done()
      })
    })
    ended = once(started, 'exit').then(([code, signal]) => {
      if (!told) crashes.push(`${options.name} ended with ${signal ?? code}:\n${said.slice(-60).join('\n')}`)
      return `${signal ?? code}`
    })
    const how = await Promise.race([ready, ended])
    if (typeof how === 'string') {
      return `${options.name} ended (${how}) before it was ready:\n${said.join('\n')}`
    }
    told = false
    return undefined
  }
}
