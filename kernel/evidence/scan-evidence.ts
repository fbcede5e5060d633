import { spawn } from 'node:child_process'
import { readLimited } from '../connectors/read-limited.ts'

export type ScanVerdict = {
  /** `unavailable`: the scanner gave no verdict; `not_scanned`: there is none. */
  readonly verdict: 'clean' | 'infected' | 'unavailable' | 'not_scanned'
  /** What it found, or why there is no verdict. */
  readonly detail: string | null
}

export type Scanner = (bytes: Buffer) => Promise<ScanVerdict>

export type ScannerSettings = {
  /** A program and its arguments; it reads the file from its standard input. */
  readonly command?: readonly string[]
  readonly url?: string
  readonly timeoutMs: number
}

const ANSWER_MAX_BYTES = 64 * 1024
const DETAIL_MAX_CHARACTERS = 200

/** The scanner of this installation; undefined where none is configured. */
export function scannerOf({ command, url, timeoutMs }: ScannerSettings): Scanner | undefined {
  if (command && command.length > 0) return (bytes) => scanByCommand(command, bytes, timeoutMs)
  if (url !== undefined) return (bytes) => scanByUrl(url, bytes, timeoutMs)
  return undefined
}

/** Exit 0: clean; 1: infected; anything else is no verdict (clamscan(1), clamdscan(1)). */
function scanByCommand(
  [program = '', ...args]: readonly string[],
  bytes: Buffer,
  timeoutMs: number,
): Promise<ScanVerdict> {
  return new Promise((done) => {
    const child = spawn(program, args, {
      stdio: ['pipe', 'pipe', 'ignore'],
      signal: AbortSignal.timeout(timeoutMs),
      killSignal: 'SIGKILL',
    })
    let said = ''
    child.stdout.on('data', (chunk: Buffer) => {
      if (said.length < ANSWER_MAX_BYTES) said += chunk.toString('utf8')
    })
    // It may have seen enough before it has read everything; its exit code says what it saw.
    child.stdin.on('error', () => child.stdin.destroy())
    child.on('error', (error) => done(unavailable(error)))
    child.on('close', (code, signal) => {
      if (code === 0) done({ verdict: 'clean', detail: null })
      else if (code === 1) done({ verdict: 'infected', detail: oneLine(said) })
      else done(unavailable(new Error(`it ended with ${signal ?? `exit code ${code}`}`)))
    })
    child.stdin.end(bytes)
  })
}

/** POST of the bytes; answered 200 with `{"verdict": "clean" | "infected", "signature"?: text}`. */
async function scanByUrl(url: string, bytes: Buffer, timeoutMs: number): Promise<ScanVerdict> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/octet-stream' },
      body: new Uint8Array(bytes),
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    })
    const text = await readLimited(response, ANSWER_MAX_BYTES)
    if (response.status !== 200) return unavailable(new Error(`it answered ${response.status}`))
    const { verdict, signature } = JSON.parse(text) as { verdict?: unknown; signature?: unknown }
    if (verdict === 'clean') return { verdict, detail: null }
    if (verdict === 'infected') return { verdict, detail: oneLine(String(signature ?? '')) }
    return unavailable(new Error('its answer holds no verdict'))
  } catch (error) {
    return unavailable(error as Error)
  }
}

function unavailable(error: Error): ScanVerdict {
  const { code, cause } = error as Error & { code?: unknown; cause?: { code?: unknown } }
  const why = [code, cause?.code, error.message].find((each) => typeof each === 'string' && each !== '')
  return { verdict: 'unavailable', detail: oneLine(String(why)) }
}

/** Printable ASCII alone: it goes into the log, and a scanner quotes what it was fed. */
function oneLine(text: string): string {
  return text
    .replace(/[^\x21-\x7e]+/g, ' ')
    .trim()
    .slice(0, DETAIL_MAX_CHARACTERS)
}
