import { closeSync, existsSync, fstatSync, openSync, renameSync, writeSync } from 'node:fs'

const ROTATE_AT_BYTES = 20 * 1024 * 1024
const LONGEST_LINE_CHARACTERS = 64 * 1024
/** How much is shown on the terminal when a process fails. */
const TAIL_LINES = 25

/** One process's output: each line with the time and the process's name before it. */
export type LogFile = {
  readonly path: string
  write(chunk: Buffer | string): void
  /** The last lines, as the process wrote them. */
  tail(): string
  close(): void
}

/** Appends to `path`; a file that has grown too large is kept once as `….1`. */
export function openLogFile(path: string, name: string): LogFile {
  let descriptor = open(path)
  let size = fstatSync(descriptor).size
  let partial = ''
  const last: string[] = []

  function line(text: string): void {
    last.push(text)
    if (last.length > TAIL_LINES) last.shift()
    size += writeSync(descriptor, `${new Date().toISOString()} ${name} ${text}\n`)
    if (size < ROTATE_AT_BYTES) return
    closeSync(descriptor)
    descriptor = open(path)
    size = fstatSync(descriptor).size
  }

  return {
    path,
    write(chunk) {
      const lines = (partial + chunk.toString()).split('\n')
      partial = lines.pop() ?? ''
      for (const text of lines) line(text)
      if (partial.length > LONGEST_LINE_CHARACTERS) {
        line(partial)
        partial = ''
      }
    },
    tail: () => [...last, ...(partial ? [partial] : [])].join('\n'),
    close() {
      if (partial) line(partial)
      partial = ''
      closeSync(descriptor)
    },
  }
}

function open(path: string): number {
  const descriptor = openSync(path, 'a', 0o600)
  if (fstatSync(descriptor).size < ROTATE_AT_BYTES) return descriptor
  closeSync(descriptor)
  if (existsSync(path)) renameSync(path, `${path}.1`)
  return openSync(path, 'a', 0o600)
}
