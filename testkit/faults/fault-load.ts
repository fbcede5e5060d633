import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { FaultWorld } from './fault-world.ts'

/** Longer than any of the processes is away; whoever gets no answer by then gives up on that intent. */
const RETRY_FOR_MS = 40_000
const RETRY_AFTER_MS = 150
const ANSWER_TIMEOUT_MS = 15_000
/** An operator looks at the screen between two clicks. */
const PAUSE_MAX_MS = 120

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

type Operator = { readonly name: string; readonly token: string }
type Answer = { readonly status: number; readonly body: Record<string, unknown>; readonly text: string }

/** Operators at work until the signal: they ask, agree, reject, freeze in an emergency, take up work, and never stop retrying under the same key. */
export async function runLoad(
  world: FaultWorld,
  random: () => number,
  signal: AbortSignal,
): Promise<LoadReport> {
  const report = {
    acknowledged: { requests: new Map<string, string>(), decisions: new Set<string>() },
    sent: {} as Record<string, number>,
    statuses: {} as Record<string, number>,
    complaints: [] as string[],
    unanswered: 0,
  }
  const people = async (role: string, n: number): Promise<Operator[]> =>
    Promise.all(
      Array.from({ length: n }, async (_, i) => {
        const name = `fault-${role.toLowerCase()}-${i + 1}`
        return { name, token: await world.token(name, `transfers/${role}`) }
      }),
    )
  const [ops, admins, compliance] = [
    await people('OPS', 5),
    await people('ADMIN', 4),
    await people('COMPLIANCE', 4),
  ]
  const { rows: returns } = await world.sandboxDatabase.query<{ id: string }>(
    `SELECT id FROM cts.transfer WHERE id LIKE 'tr_fault_%' ORDER BY random()`,
  )
  const { rows: parties } = await world.sandboxDatabase.query<{ id: string }>(
    'SELECT id FROM compliance.party LIMIT 60',
  )
  const pick = <T>(items: readonly T[]): T => {
    const item = items[Math.floor(random() * items.length)]
    if (item === undefined) throw new Error('there is nothing to pick from')
    return item
  }
  const count = (of: Record<string, number>, name: string) => {
    of[name] = (of[name] ?? 0) + 1
  }

  /** One try at any of the servers; undefined where no answer came. */
  async function once(
    by: Operator,
    method: 'GET' | 'POST',
    path: string,
    body?: unknown,
    key?: string,
  ): Promise<Answer | undefined> {
    try {
      const answer = await fetch(`${pick(world.servers)}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${by.token}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(key === undefined ? {} : { 'idempotency-key': key }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
      })
      const text = await answer.text()
      count(report.statuses, String(answer.status))
      if (answer.status >= 500 && answer.status !== 503) {
        report.complaints.push(`${method} ${path} was answered ${answer.status}: ${text.slice(0, 300)}`)
      }
      return { status: answer.status, text, body: JSON.parse(text) as Answer['body'] }
    } catch {
      // Killed before it answered, or in the middle of it: that nothing is known is the point.
      count(report.statuses, 'no answer')
      return undefined
    }
  }

  /** As a browser does: the same intent under the same key until there is an answer. */
  async function send(by: Operator, what: string, path: string, body: unknown): Promise<Answer | undefined> {
    count(report.sent, what)
    const key = randomUUID()
    const deadline = Date.now() + RETRY_FOR_MS
    while (Date.now() < deadline) {
      const answer = await once(by, 'POST', path, body, key)
      const decided =
        answer && answer.status < 500 && answer.body.code !== 'request_in_flight' && answer.status !== 429
      if (decided) {
        if (answer.status < 300) await acknowledged(by, path, body, key, answer)
        return answer
      }
      await sleep(RETRY_AFTER_MS)
    }
    report.unanswered += 1
    return undefined
  }

  async function acknowledged(
    by: Operator,
    path: string,
    body: unknown,
    key: string,
    answer: Answer,
  ): Promise<void> {
    const id = String(answer.body.id)
    const decision = /^\/v1\/requests\/[^/]+\/(approve|reject)$/.exec(path)?.[1]
    if (decision) report.acknowledged.decisions.add(`${id} ${by.name} ${decision}`)
    else report.acknowledged.requests.set(key, id)
    // I9: now and then the same once more; it has to be the same answer, byte for byte.
    if (random() > 0.15) return
    const again = await once(by, 'POST', path, body, key)
    if (again && again.status < 500 && again.status !== 409 && again.text !== answer.text) {
      report.complaints.push(
        `${path} under one key: ${answer.text.slice(0, 200)} and then ${again.text.slice(0, 200)}`,
      )
    }
  }

  async function preview(by: Operator, type: string, target: object): Promise<string | undefined> {
    const answer = await once(by, 'POST', `/v1/actions/${type}/preview`, { target, input: {} })
    return answer?.status === 200 ? String(answer.body.preview_digest) : undefined
  }

  async function act(
    by: Operator,
    type: string,
    target: object,
    reason: object,
    more: object = {},
  ): Promise<void> {
    const preview_digest = await preview(by, type, target)
    if (preview_digest === undefined) return
    await send(by, type, `/v1/actions/${type}`, { target, input: {}, reason, preview_digest, ...more })
  }

  async function askForReturn(by: Operator): Promise<void> {
    const transfer = returns.pop()
    if (transfer) await send(by, 'return', '/returns', { transferId: transfer.id, reason: 'R01' })
  }

  async function freezeOrUnfreeze(by: Operator): Promise<void> {
    const target = { kind: 'party', id: pick(parties).id }
    const chance = random()
    if (chance < 0.45) await act(by, 'transfers.freeze_entity', target, { code: 'fraud_suspected' })
    else if (chance < 0.7) {
      const reason = { code: 'fraud_suspected', note: 'It drains' }
      await act(by, 'transfers.freeze_entity', target, reason, { emergency: true })
    } else await act(by, 'transfers.unfreeze_entity', target, { code: 'cleared' })
  }

  async function takeUp(by: Operator): Promise<void> {
    const list = await once(by, 'GET', '/v1/queues/transfers.returns/items?assignee=none&limit=20')
    const items = (list?.status === 200 ? list.body.items : []) as { id: string }[]
    if (items.length === 0) return
    const target = { kind: 'work_item', id: `transfers.returns:${pick(items).id}` }
    await act(by, 'kernel.claim_item', target, { code: 'take_up' })
  }

  async function decide(by: Operator): Promise<void> {
    const inbox = await once(by, 'GET', '/v1/approvals?limit=20')
    const items = (inbox?.status === 200 ? inbox.body.items : []) as {
      id: string
      digest: string
      can_approve: boolean
    }[]
    const open = items.filter((item) => item.can_approve)
    if (open.length === 0) return
    const { id, digest } = pick(open)
    if (random() < 0.85) await send(by, 'approve', `/v1/requests/${id}/approve`, { digest })
    else await send(by, 'reject', `/v1/requests/${id}/reject`, { reason: 'Not this one' })
  }

  async function work(by: Operator, doing: (by: Operator) => Promise<void>): Promise<void> {
    while (!signal.aborted) {
      await doing(by)
      await sleep(random() * PAUSE_MAX_MS)
    }
  }
  await Promise.all([
    ...ops.map((by) => work(by, (me) => (random() < 0.8 ? askForReturn(me) : takeUp(me)))),
    ...admins.map((by) => work(by, decide)),
    ...compliance.map((by) => work(by, (me) => (random() < 0.5 ? freezeOrUnfreeze(me) : decide(me)))),
  ])
  return report
}
