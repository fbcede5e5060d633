import { type ChildProcess, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { compilePrograms, programArguments } from '@countersign/tools/programs/programs.mjs'

export const REPOSITORY = dirname(dirname(fileURLToPath(import.meta.url)))
const TICKS_PER_SECOND = 100
const LOOK_EVERY_MS = 20

/** One of the product's processes, as it ships. */
export type Running = {
  readonly pid: number
  /** Resolves when it has ended. */
  readonly end: () => Promise<void>
}

/**
 * Starts a program of the repository, its output going to a file, and waits until it has said `ready`.
 *
 * @throws Error when it ends before
 */
export async function startProcess(options: {
  readonly file: string
  readonly env: NodeJS.ProcessEnv
  readonly ready: RegExp
  readonly output: string
  readonly nodeArguments?: readonly string[]
}): Promise<Running> {
  await compilePrograms()
  const output = openSync(options.output, 'w')
  const child = spawn(
    process.execPath,
    [...(options.nodeArguments ?? []), ...programArguments(options.file)],
    { cwd: REPOSITORY, env: { ...process.env, ...options.env }, stdio: ['ignore', output, 'inherit'] },
  )
  closeSync(output)
  const ended = once(child, 'exit')
  while (!options.ready.test(readFileSync(options.output, 'utf8'))) {
    if (child.exitCode !== null)
      throw new Error(`${options.file} ended before it was ready: ${options.output}`)
    await sleep(LOOK_EVERY_MS)
  }
  return {
    pid: child.pid ?? 0,
    async end() {
      child.kill('SIGTERM')
      await ended
    },
  }
}

/** Gives one task to a process of its own and takes its answer; both are JSON. */
export async function inOwnProcess<Task extends object, Answer>(file: string, task: Task): Promise<Answer> {
  const child: ChildProcess = fork(join(REPOSITORY, file), { execArgv: ['--import', 'tsx'], cwd: REPOSITORY })
  child.send(task)
  const answer = await Promise.race([
    once(child, 'message').then(([message]) => message as Answer),
    once(child, 'exit').then(([code]) => Promise.reject(new Error(`${file} ended with ${code}.`))),
  ])
  child.disconnect()
  return answer
}

/** CPU time that a process and the children it has waited for have used, in seconds; Linux only, else 0. */
export function cpuSeconds(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
    // proc(5): utime, stime, cutime, cstime are fields 14 to 17; the split above leaves the third first.
    return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) / TICKS_PER_SECOND
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0
    throw error
  }
}

/** The most memory that a process has had resident so far, in bytes; Linux only, else undefined. */
export function peakMemoryBytes(pid: number): number | undefined {
  try {
    const peak = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    return peak === undefined ? undefined : Number(peak) * 1024
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** As {@link cpuSeconds} for a process and those that it has running now. */
export function cpuSecondsOfFamily(pid: number): number {
  return [pid, ...childrenOf(pid)].reduce((sum, each) => sum + cpuSeconds(each), 0)
}

function childrenOf(pid: number): number[] {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim()
    return children === '' ? [] : children.split(' ').map(Number)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}
