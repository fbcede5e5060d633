import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { REPOSITORY_ROOT } from '@countersign/tools/home/home.ts'
import { programArguments } from '@countersign/tools/programs/programs.mjs'

/** The worker as it ships, in a process of its own. */
export type WorkerProcess = {
  readonly pid: number
  /** What it has said, line by line; at level `warn` and above. */
  readonly said: readonly string[]
  /** How it ended: a signal's name, or its exit code. */
  readonly ended: Promise<string>
  readonly signal: (name: 'SIGTERM' | 'SIGKILL' | 'SIGSTOP' | 'SIGCONT') => void
}

/**
 * Starts `apps/server/worker.ts`.
 *
 * @param environment a product's `workerEnvironment`, perhaps with a fault point
 */
export function spawnWorker(environment: NodeJS.ProcessEnv): WorkerProcess {
  const child = spawn(process.execPath, programArguments('apps/server/worker.ts'), {
    cwd: REPOSITORY_ROOT,
    env: { ...process.env, ...environment, LOG_LEVEL: 'warn' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const { pid } = child
  if (pid === undefined) throw new Error('The worker could not be started.')
  const said: string[] = []
  createInterface({ input: child.stdout }).on('line', (line) => said.push(line))
  return {
    pid,
    said,
    ended: once(child, 'exit').then(([code, signal]) => String(signal ?? code)),
    signal: (name) => {
      child.kill(name)
    },
  }
}
