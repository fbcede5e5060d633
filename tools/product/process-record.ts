import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { processIdentity } from './process-identity.mjs'

/** How long a process left behind may take to end by itself before it is killed. */
const LEFTOVER_STOP_TIMEOUT_MS = 10_000
const LEFTOVER_POLL_MS = 50
/** The longest an orderly stop takes: every process, one after the other, to its own limit. */
const STOPPING_TIMEOUT_MS = 50_000
/** How soon after the request a stop is written down. */
const UNSAID_STOP_TIMEOUT_MS = 1000
/** PostgreSQL takes SIGTERM as "when everybody has left"; SIGINT ends its clients' connections. */
const STOP_SIGNAL: Readonly<Record<string, NodeJS.Signals>> = { PostgreSQL: 'SIGINT' }

type RecordedProcess = { readonly name: string; readonly pid: number; readonly identity: string }
type Recorded = {
  readonly starter: RecordedProcess
  readonly stopping: boolean
  readonly children: readonly RecordedProcess[]
}

/** The processes of a running installation, written down so that the next start can find what this one left. */
export type ProcessRecord = {
  /** A child has started, or started again under a new number. */
  add(name: string, pid: number): void
  /** From now on it is a matter of seconds until everything has ended. */
  stopping(): void
  /** Everything has ended in order. */
  clear(): void
}

/** Claims the installation for this process. Call only after `stopLeftovers`. */
export function openProcessRecord(file: string): ProcessRecord {
  const starter = recorded('starter', process.pid)
  const children = new Map<string, RecordedProcess>()
  let stopping = false
  const write = () => {
    const draft = `${file}.${process.pid}`
    const record: Recorded = { starter, stopping, children: [...children.values()] }
    writeFileSync(draft, JSON.stringify(record, null, 2), { mode: 0o600 })
    renameSync(draft, file)
  }
  write()
  return {
    add(name, pid) {
      children.set(name, recorded(name, pid))
      write()
    },
    stopping() {
      stopping = true
      write()
    },
    clear: () => rmSync(file, { force: true }),
  }
}

/** The process that runs this installation now, if one does. */
export function runningStarter(file: string): number | undefined {
  const record = read(file)
  return record && isSame(record.starter) ? record.starter.pid : undefined
}

/**
 * As `runningStarter`, but waits for one that is just ending: `npm start` right after `npm start` was stopped
 * must not be turned away.
 */
export async function settledStarter(file: string): Promise<number | undefined> {
  const begun = Date.now()
  for (;;) {
    const starter = runningStarter(file)
    const patience = read(file)?.stopping ? STOPPING_TIMEOUT_MS : UNSAID_STOP_TIMEOUT_MS
    if (starter === undefined || Date.now() - begun > patience) return starter
    await sleep(LEFTOVER_POLL_MS)
  }
}

/** The number under which a child of the running installation was last started. */
export function recordedChild(file: string, name: string): number | undefined {
  return read(file)?.children.find((child) => child.name === name && isSame(child))?.pid
}

/**
 * Ends, by their numbers, what a start that was killed has left behind.
 *
 * @returns the names of the processes that were still running
 */
export async function stopLeftovers(file: string): Promise<string[]> {
  const left = (read(file)?.children ?? []).filter(isSame)
  for (const child of left) send(child, STOP_SIGNAL[child.name] ?? 'SIGTERM')
  const deadline = Date.now() + LEFTOVER_STOP_TIMEOUT_MS
  while (left.some(isSame) && Date.now() < deadline) await sleep(LEFTOVER_POLL_MS)
  for (const child of left.filter(isSame)) send(child, 'SIGKILL')
  while (left.some(isSame)) await sleep(LEFTOVER_POLL_MS)
  rmSync(file, { force: true })
  return left.map((child) => child.name)
}

function recorded(name: string, pid: number): RecordedProcess {
  return { name, pid, identity: processIdentity(pid) ?? '' }
}

function isSame({ pid, identity }: RecordedProcess): boolean {
  return identity !== '' && processIdentity(pid) === identity
}

function send(child: RecordedProcess, signal: NodeJS.Signals): void {
  // Between the look and the signal it may have ended; that is what was wanted.
  if (isSame(child)) process.kill(child.pid, signal)
}

function read(file: string): Recorded | undefined {
  if (!existsSync(file)) return undefined
  return JSON.parse(readFileSync(file, 'utf8')) as Recorded
}
