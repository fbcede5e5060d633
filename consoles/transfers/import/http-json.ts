import { setTimeout as pause } from 'node:timers/promises'
import { readLimited } from '@countersign/kernel/connectors/read-limited.ts'
import { ImportFailure } from './import-failure.ts'

/** One try of a request. */
const REQUEST_TIMEOUT_MS = 60_000
/** Tries of a request that may safely be repeated, the first included. */
const TRIES_MAX = 6
const PAUSE_FIRST_MS = 100
const PAUSE_LONGEST_MS = 5_000

/** More is nobody's answer: the longest that an importer awaits is a report of errors. */
const ANSWER_MAX_BYTES = 8 * 1024 * 1024

/** A server with the bearer token or key that it asks for. */
export type HttpConnection = {
  /** As an operator would call it: `CTS`, `the console`. */
  name: string
  /** Without a slash at its end. */
  baseUrl: string
  token: string
  /** Told once for each request that is tried again: what failed, without a stop at its end. */
  retrying?: (why: string) => void
}

export type HttpRequest = {
  method: 'GET' | 'PUT' | 'POST' | 'DELETE'
  path: string
  body?: unknown
  headers?: Readonly<Record<string, string>>
  signal?: AbortSignal
}

/** `body` is parsed JSON, or undefined where there was none. `replayed`: the answer was given earlier under the same key. */
export type HttpAnswer = { status: number; body: unknown; replayed: boolean }

/**
 * Sends JSON and awaits the answer, whatever its status up to 499. Only for requests that may be repeated (idempotent by method or
 * by key): where the network fails, or the server answers 429 or 5xx, it is tried again, with growing pauses.
 *
 * @throws ImportFailure when no try brought an answer
 */
export async function requestJson(connection: HttpConnection, request: HttpRequest): Promise<HttpAnswer> {
  let last = ''
  for (let tried = 1; tried <= TRIES_MAX; tried += 1) {
    if (tried === 2)
      connection.retrying?.(`${connection.name} at ${connection.baseUrl} does not answer (${last})`)
    if (tried > 1) await pause(pauseBefore(tried), undefined, { signal: request.signal })
    try {
      const answer = await sendOnce(connection, request)
      if (answer.status < 500 && answer.status !== 429) return answer
      last = `it answered ${answer.status}${detailOf(answer.body)}`
    } catch (error) {
      if (request.signal?.aborted) throw error
      last = reasonOf(error)
    }
  }
  throw new ImportFailure(
    `${connection.name} at ${connection.baseUrl} could not be reached in ${TRIES_MAX} tries: ${last}. What was sent stays; run the import again to go on.`,
  )
}

/** What an RFC 9457 problem says, as the end of a sentence; empty where the body is none. */
export function detailOf(body: unknown): string {
  if (typeof body !== 'object' || body === null) return ''
  const { detail, title } = body as { detail?: unknown; title?: unknown }
  const text = typeof detail === 'string' ? detail : typeof title === 'string' ? title : ''
  return text === '' ? '' : ` (${text.replace(/\.$/, '')})`
}

/** The machine-readable code of an RFC 9457 problem, or undefined where the body has none. */
export function codeOf(body: unknown): string | undefined {
  if (typeof body !== 'object' || body === null || !('code' in body)) return undefined
  return typeof body.code === 'string' ? body.code : undefined
}

async function sendOnce(connection: HttpConnection, request: HttpRequest): Promise<HttpAnswer> {
  const timeout = AbortSignal.timeout(REQUEST_TIMEOUT_MS)
  const response = await fetch(connection.baseUrl + request.path, {
    method: request.method,
    headers: {
      authorization: `Bearer ${connection.token}`,
      accept: 'application/json',
      ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...request.headers,
    },
    body: request.body === undefined ? undefined : JSON.stringify(request.body),
    signal: request.signal ? AbortSignal.any([request.signal, timeout]) : timeout,
    redirect: 'error',
  })
  const text = await readLimited(response, ANSWER_MAX_BYTES)
  return {
    status: response.status,
    body: parsed(text),
    replayed: response.headers.get('idempotency-replayed') === 'true',
  }
}

/** An answer that is not JSON (a proxy's page) has no body that anyone could use. */
function parsed(text: string): unknown {
  if (text === '') return undefined
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

function pauseBefore(tried: number): number {
  return Math.min(PAUSE_FIRST_MS * 2 ** (tried - 2), PAUSE_LONGEST_MS)
}

/** `fetch` hides why it failed in the cause of its error. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error.name === 'TimeoutError') return `no answer within ${REQUEST_TIMEOUT_MS / 1000} s`
  const { cause } = error
  if (cause instanceof Error && cause.message !== '') return cause.message
  return cause instanceof Error && 'code' in cause ? String(cause.code) : error.message
}
