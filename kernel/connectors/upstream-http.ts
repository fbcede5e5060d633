import { setTimeout as sleep } from 'node:timers/promises'
import { type Said, say, type Text, written } from '../languages/say.ts'
import { makeCallWindow } from './call-window.ts'
import { type CircuitBreaker, makeCircuitBreaker } from './circuit-breaker.ts'
import { AnswerTooLong, readLimited } from './read-limited.ts'

const READ_TIMEOUT_MS = 3_000
/** Shorter than a dispatcher's lease, so that an attempt ends before another may begin. */
const WRITE_TIMEOUT_MS = 8_000
const READ_ATTEMPTS = 3
const READ_BACKOFF_MS = 100
const ANSWER_MAX_BYTES = 8 * 1024 * 1024

/** What is known of one call. `lost`: it may have been carried out; `not_sent`: it certainly has not. */
export type UpstreamAnswer =
  | {
      readonly kind: 'answer'
      readonly status: number
      readonly body: unknown
      readonly replayed: boolean
      /** `Retry-After` in seconds (RFC 9110 §10.2.3), where it was given so. */
      readonly retryAfterMs?: number
    }
  | ({ readonly kind: 'not_sent' } & NoAnswer)
  | ({ readonly kind: 'lost' } & NoAnswer)

type NoAnswer = {
  readonly code: string
  /** The upstream named. */
  readonly why: Said
  /** The same where it is named beside it. */
  readonly because: Text
}

export type UpstreamHttp = {
  readonly name: string
  readonly read: (path: string, signal?: AbortSignal) => Promise<UpstreamAnswer>
  /** One attempt: whether to try again is the dispatcher's decision, which knows what was committed. */
  readonly write: (call: {
    readonly method: 'POST' | 'PUT' | 'DELETE'
    readonly path: string
    readonly key: string
    readonly body: unknown
    readonly ifMatch?: string
    readonly signal?: AbortSignal
  }) => Promise<UpstreamAnswer>
  readonly circuit: CircuitBreaker
  readonly seen: () => UpstreamSeen
}

/** What this process has seen of an upstream: calls and failures of the last minutes, when it last answered and failed. */
export type UpstreamSeen = {
  readonly calls: number
  readonly failures: number
  readonly answered_ms_ago: number | null
  readonly failed_ms_ago: number | null
  /** Its `Date` (RFC 9110 §6.6.1, whole seconds) beside this process's clock; null where it has sent none. */
  readonly clock_ahead_ms: number | null
}

/**
 * HTTP to one upstream: time limits, a circuit breaker, bounded retries of reads with jitter, and an honest account of
 * what a failed write may have done.
 */
export function makeUpstreamHttp(options: {
  readonly name: string
  readonly baseUrl: string
  readonly key: string
  /** Between the attempts of a read. */
  readonly pause?: (ms: number) => Promise<unknown>
  readonly observe?: (call: { upstream: string; method: string; outcome: string; seconds: number }) => void
}): UpstreamHttp {
  const { name, baseUrl, key, pause = sleep } = options
  const circuit = makeCircuitBreaker()
  const window = makeCallWindow()
  let answeredAt: number | null = null
  let failedAt: number | null = null
  let clockAheadMs: number | null = null
  const noteAnswer = () => {
    answeredAt = performance.now()
    window.count(false)
    circuit.succeeded()
  }
  const noteFailure = (why: Text) => {
    failedAt = performance.now()
    window.count(true)
    circuit.failed(written(why))
  }

  async function once(
    method: string,
    path: string,
    timeoutMs: number,
    init: { headers?: Record<string, string>; body?: string; signal?: AbortSignal },
  ): Promise<UpstreamAnswer> {
    if (!circuit.admits())
      return {
        kind: 'not_sent',
        code: 'circuit_open',
        why: say`${name} has been failing and is left alone for a moment`,
        because: say`it has been failing and is left alone for a moment`,
      }
    const began = performance.now()
    let outcome = 'failed'
    try {
      const timeout = AbortSignal.timeout(timeoutMs)
      const response = await fetch(`${baseUrl}${path}`, {
        method,
        headers: { authorization: `Bearer ${key}`, accept: 'application/json', ...init.headers },
        body: init.body,
        redirect: 'error',
        signal: init.signal ? AbortSignal.any([timeout, init.signal]) : timeout,
      })
      clockAheadMs = aheadMs(response.headers.get('date')) ?? clockAheadMs
      const text = await readLimited(response, ANSWER_MAX_BYTES)
      outcome = String(response.status)
      if (response.status >= 500) {
        const { status } = response
        noteFailure(say`answered ${status}`)
        return {
          kind: 'lost',
          code: `status_${status}`,
          why: say`${name} answered ${status}`,
          because: say`it answered ${status}`,
        }
      }
      const body: unknown = text === '' ? null : JSON.parse(text)
      noteAnswer()
      return {
        kind: 'answer',
        status: response.status,
        body,
        replayed: response.headers.get('idempotency-replayed') === 'true',
        ...retryAfterMs(response.headers.get('retry-after')),
      }
    } catch (error) {
      const why = reasonOf(error)
      noteFailure(why.text)
      outcome = why.code
      return {
        kind: why.sent ? 'lost' : 'not_sent',
        code: why.code,
        why: say`${name}: ${why.text}`,
        because: why.text,
      }
    } finally {
      options.observe?.({ upstream: name, method, outcome, seconds: (performance.now() - began) / 1000 })
    }
  }

  return {
    name,
    circuit,
    seen: () => ({
      ...window.counted(),
      answered_ms_ago: answeredAt === null ? null : performance.now() - answeredAt,
      failed_ms_ago: failedAt === null ? null : performance.now() - failedAt,
      clock_ahead_ms: clockAheadMs,
    }),
    async read(path, signal) {
      const untried = say`not tried`
      let answer: UpstreamAnswer = { kind: 'not_sent', code: 'not_tried', why: untried, because: untried }
      for (let attempt = 0; attempt < READ_ATTEMPTS; attempt += 1) {
        if (attempt > 0) await pause(READ_BACKOFF_MS * 2 ** attempt * (0.5 + Math.random() / 2))
        answer = await once('GET', path, READ_TIMEOUT_MS, { signal })
        if (answer.kind === 'answer' || signal?.aborted) return answer
      }
      return answer
    },
    write: ({ method, path, key: idempotencyKey, body, ifMatch, signal }) =>
      once(method, path, WRITE_TIMEOUT_MS, {
        headers: {
          'content-type': 'application/json',
          'idempotency-key': idempotencyKey,
          ...(ifMatch === undefined ? {} : { 'if-match': `"${ifMatch}"` }),
        },
        body: JSON.stringify(body),
        signal,
      }),
  }
}

/** By how much a `Date` is ahead; taken for the middle of its second. */
function aheadMs(date: string | null): number | undefined {
  const at = date === null ? Number.NaN : Date.parse(date)
  return Number.isNaN(at) ? undefined : at + HALF_SECOND_MS - Date.now()
}
const HALF_SECOND_MS = 500

function retryAfterMs(header: string | null): { retryAfterMs?: number } {
  return header !== null && /^\d{1,6}$/.test(header) ? { retryAfterMs: Number(header) * 1000 } : {}
}

/** Errors before a connection stood: nothing can have been carried out. */
const NEVER_CONNECTED = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
])

/** In our own words: what an upstream sent is repeated in none of them. */
function reasonOf(error: unknown): { text: Text; code: string; sent: boolean } {
  if (error instanceof AnswerTooLong) return { text: error.message, code: 'answer_too_long', sent: true }
  // A parser's message quotes what it stumbled on.
  if (error instanceof SyntaxError) return { text: say`its answer is not JSON`, code: 'not_json', sent: true }
  const { name, cause } = error as Error & { cause?: { code?: unknown } }
  if (name === 'TimeoutError') return { text: say`no answer in time`, code: 'timeout', sent: true }
  if (name === 'AbortError') return { text: say`given up`, code: 'aborted', sent: true }
  const code = typeof cause?.code === 'string' ? cause.code : undefined
  if (code === undefined) return { text: say`the connection failed`, code: 'failed', sent: true }
  const sent = !NEVER_CONNECTED.has(code)
  return {
    text: sent ? say`the connection broke off (${code})` : say`it could not be reached (${code})`,
    code: code.toLowerCase(),
    sent,
  }
}
