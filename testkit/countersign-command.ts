import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { REPOSITORY_ROOT } from '@countersign/tools/home/home.ts'

const COMMAND = join(REPOSITORY_ROOT, 'cli', 'countersign.mjs')

export type CommandResult = {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs the `countersign` command as it ships, in a process of its own. */
export function runCountersign(...args: string[]): Promise<CommandResult> {
  return runCountersignWith({}, ...args)
}

/** The same, with these variables beside those of this process. */
export async function runCountersignWith(env: NodeJS.ProcessEnv, ...args: string[]): Promise<CommandResult> {
  return startCountersign(env, ...args).ended
}

/** The same, begun: for whoever watches the process. */
export function startCountersign(
  env: NodeJS.ProcessEnv,
  ...args: string[]
): { readonly pid: number; readonly ended: Promise<CommandResult> } {
  const child = spawn(process.execPath, [COMMAND, ...args], {
    cwd: REPOSITORY_ROOT,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[number | null]>,
  ]).then(([stdout, stderr, [status]]) => ({ status, stdout, stderr }))
  return { pid: child.pid ?? 0, ended }
}
