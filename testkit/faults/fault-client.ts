import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { FaultWorld } from './fault-world.ts'

/** Longer than any of the processes is away; whoever gets no answer by then gives up on that intent. */
const RETRY_FOR_MS = 40_000
const RETRY_AFTER_MS = 150
const ANSWER_TIMEOUT_MS = 15_000
/** People sign in again before a sign-in is too old for what they do. */
const SIGNED_IN_FOR_MS = 60_000
/** How much of what was acknowledged is sent once more under its key. */
const AGAIN_SHARE = 0.15

/** What the product has acknowledged: it may not be lost, whatever was killed since. */
export type Acknowledged = {
  /** Request ids by idempotency key. */
  readonly requests: Map<string, string>
  /** `request person decision`. */
  readonly decisions: Set<string>
}

export type LoadReport = {
  readonly acknowledged: Acknowledged
  readonly sent: Record<string, number>
  readonly statuses: Record<string, number>
  /** Answers that no client should ever get, and answers that differ under one key. */
  readonly complaints: string[]
  readonly unanswered: number
}

export type Operator = { readonly name: string; readonly role: string }
export type Answer = {
  readonly status: number
  readonly body: Record<string, unknown>
  readonly text: string
}

export type FaultClient = {
  readonly report: () => LoadReport
  /** One try at any of the servers; undefined where no answer came. */
  readonly once: (
    by: Operator,
    method: 'GET' | 'POST',
    path: string,
    body?: unknown,
    key?: string,
  ) => Promise<Answer | undefined>
  /**
   * As a browser does: the same intent under the same key until there is an answer.
   *
   * @param what it is counted as
   * @returns undefined where none came in {@link RETRY_FOR_MS}
   */
  readonly send: (by: Operator, what: string, path: string, body: unknown) => Promise<Answer | undefined>
}

/** Sends as operators' browsers do, and writes down what was promised to them. */
export function faultClient(
  world: FaultWorld,
  random: () => number,
  onSent: (what: string) => void,
): FaultClient {
  const acknowledged: Acknowledged = { requests: new Map(), decisions: new Set() }
  const sent: Record<string, number> = {}
  const statuses: Record<string, number> = {}
  const complaints: string[] = []
  let unanswered = 0
  const tokens = new Map<string, { readonly token: string; readonly at: number }>()
  const tokenOf = async ({ name, role }: Operator): Promise<string> => {
    const held = tokens.get(name)
    if (held && performance.now() - held.at < SIGNED_IN_FOR_MS) return held.token
    const token = await world.token(name, role)
    tokens.set(name, { token, at: performance.now() })
    return token
  }
  const count = (of: Record<string, number>, name: string) => {
    of[name] = (of[name] ?? 0) + 1
  }

  const once: FaultClient['once'] = async (by, method, path, body, key) => {
    const token = await tokenOf(by)
    const server = world.servers[Math.floor(random() * world.servers.length)]
    let status: number
    let text: string
    try {
      const answer = await fetch(`${server}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${token}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(key === undefined ? {} : { 'idempotency-key': key }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
      })
      status = answer.status
      text = await answer.text()
    } catch {
      // Killed before it answered, or in the middle of it: that nothing is known is the point.
      count(statuses, 'no answer')
      return undefined
    }
    count(statuses, String(status))
    const said = `${method} ${path} was answered ${status}: ${text.slice(0, 300)}`
    if (status >= 500 && status !== 503) complaints.push(said)
    try {
      return { status, text, body: JSON.parse(text) as Answer['body'] }
    } catch {
      complaints.push(`${said}, which is no JSON`)
      return undefined
    }
  }

  const wroteDown = (by: Operator, path: string, key: string, answer: Answer) => {
    const id = String(answer.body.id)
    const decision = /^\/v1\/requests\/[^/]+\/(approve|reject)$/.exec(path)?.[1]
    if (decision) acknowledged.decisions.add(`${id} ${by.name} ${decision}`)
    else if (!path.endsWith('/cancel')) acknowledged.requests.set(key, id)
  }

  /** I9: the same once more has the same answer, byte for byte; never that the key were used for something else. */
  async function sendAgain(by: Operator, path: string, body: unknown, key: string, answer: Answer) {
    const again = await once(by, 'POST', path, body, key)
    if (!again || again.status >= 500 || again.status === 429) return
    if (again.body.code === 'request_in_flight' || again.text === answer.text) return
    complaints.push(
      `${path} under one key: ${answer.text.slice(0, 200)} and then ${again.text.slice(0, 200)}`,
    )
  }

  return {
    report: () => ({ acknowledged, sent, statuses, complaints, unanswered }),
    once,
    async send(by, what, path, body) {
      count(sent, what)
      onSent(what)
      const key = randomUUID()
      const deadline = Date.now() + RETRY_FOR_MS
      while (Date.now() < deadline) {
        const answer = await once(by, 'POST', path, body, key)
        const decided =
          answer && answer.status < 500 && answer.body.code !== 'request_in_flight' && answer.status !== 429
        if (decided) {
          if (answer.status < 300) {
            wroteDown(by, path, key, answer)
            if (random() < AGAIN_SHARE) await sendAgain(by, path, body, key, answer)
          }
          return answer
        }
        await sleep(RETRY_AFTER_MS)
      }
      unanswered += 1
      return undefined
    },
  }
}
