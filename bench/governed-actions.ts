import { randomUUID } from 'node:crypto'
import type { BenchEnvironment } from './bench-environment.ts'
import { cpuSeconds, cpuSecondsOfFamily, inOwnProcess } from './child-process.ts'
import type { LoadAnswer, LoadTask } from './load-process.ts'

export const CONNECTIONS = 32
const PEOPLE = 200
/** More than a round can take up. */
const ITEMS_AHEAD = 30_000
const TRANSFERS_AHEAD = 10_000

export type Throughput = {
  readonly perSecond: number
  readonly latencyMs: { readonly p50: number; readonly p99: number }
  /** CPU time that one action takes, in ms, by process. */
  readonly cpuMs: { readonly server: number; readonly postgres: number; readonly load: number }
}

export type GovernedActions = {
  /** `kernel.claim_item` on an item of its own each: a local effect, executed in the transaction that asks for it. */
  readonly claims: (seconds: number, warmUpS: number) => Promise<Throughput>
  /** `transfers.return_transfer`: a fresh read of the upstream, then a request that waits for a second person. */
  readonly returns: (seconds: number, warmUpS: number) => Promise<Throughput>
  /** One executed claim. @returns the request's id */
  readonly oneClaim: () => Promise<string>
}

/** Many principals with a verified token each, so that neither a rate limit nor a row of one person is in the way. */
export async function governedActions(environment: BenchEnvironment): Promise<GovernedActions> {
  const people = async (role: string) =>
    Promise.all(
      Array.from({ length: PEOPLE }, (_, n) =>
        environment.token(`bench-${role.toLowerCase()}-${n}`, `transfers/${role}`),
      ),
    )
  const tokens = await people('OPS')
  let from = 0
  let itemsUpTo = 0
  let transfersUpTo = 0

  async function run(
    path: string,
    bodies: readonly string[],
    seconds: number,
    warmUpS: number,
  ): Promise<Throughput> {
    const server = environment.server()
    const used = () => [cpuSeconds(server.pid), cpuSecondsOfFamily(environment.postgres.pid)] as const
    const before = used()
    const answer = await inOwnProcess<LoadTask, LoadAnswer>('bench/load-process.ts', {
      port: environment.port,
      connections: CONNECTIONS,
      warmUpS,
      seconds,
      path,
      tokens,
      bodies,
      from,
    })
    const after = used()
    const sent = answer.next - from
    from = answer.next
    if (answer.complaint !== undefined) throw new Error(`${path} refused: ${answer.complaint}`)
    const each = (n: 0 | 1) => ((after[n] - before[n]) * 1000) / sent
    return {
      perSecond: answer.answered / answer.seconds,
      latencyMs: answer.latencyMs,
      cpuMs: { server: each(0), postgres: each(1), load: (answer.cpuSeconds * 1000) / answer.answered },
    }
  }

  async function ensureItems(): Promise<void> {
    if (itemsUpTo >= from + ITEMS_AHEAD) return
    const upTo = from + 2 * ITEMS_AHEAD
    await environment.superuser.query(
      `INSERT INTO transfers.returns_item (item_id, version, subject_kind, subject_id, title, state, opened_at, due_at, kind,
                                           code, rail, currency, amount, originator, receiver)
       SELECT 'bench_' || n, 1, 'transfer', 'bench_' || n, 'R01 · 1.00 USD', 'open', now(), now() + interval '4 hours',
              'return', 'R01', 'ach', 'USD', '1.00', 'A', 'B'
         FROM generate_series($1::integer, $2::integer) AS n`,
      [itemsUpTo, upTo - 1],
    )
    await environment.superuser.query('ANALYZE transfers.returns_item')
    itemsUpTo = upTo
  }

  /** Copies of a transfer whose return waits to be booked, in CTS's own table: one request may be open on each. */
  async function ensureTransfers(): Promise<void> {
    if (transfersUpTo >= from + TRANSFERS_AHEAD) return
    const upTo = from + 2 * TRANSFERS_AHEAD
    await environment.sandboxDatabase.query(
      `INSERT INTO cts.transfer
       SELECT (jsonb_populate_record(one.original, jsonb_build_object('id', 'tr_bench_' || n, 'trace_number', NULL))).*
         FROM (SELECT t AS original FROM cts.transfer t
                WHERE state = 'return_received' AND rail = 'ach' AND bank_return ->> 'code' = 'R01'
                  AND NOT EXISTS (SELECT FROM cts.frozen_party f
                                   WHERE f.party_id IN (originator_party_id, receiver_party_id))
                LIMIT 1) AS one,
              generate_series($1::integer, $2::integer) AS n`,
      [Math.max(transfersUpTo, from), upTo - 1],
    )
    await environment.sandboxDatabase.query('ANALYZE cts.transfer')
    transfersUpTo = upTo
  }

  const claim = JSON.stringify({
    target: { kind: 'work_item', id: 'transfers.returns:bench_{n}' },
    input: {},
    reason: { code: 'take_up' },
  })
  const returned = JSON.stringify({ transferId: 'tr_bench_{n}', reason: 'R01' })
  return {
    async claims(seconds, warmUpS) {
      await ensureItems()
      return run('/v1/actions/kernel.claim_item', [claim], seconds, warmUpS)
    },
    async returns(seconds, warmUpS) {
      await ensureTransfers()
      return run('/returns', [returned], seconds, warmUpS)
    },
    async oneClaim() {
      await ensureItems()
      const answer = await fetch(`http://127.0.0.1:${environment.port}/v1/actions/kernel.claim_item`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${tokens[0]}`,
          'content-type': 'application/json',
          'idempotency-key': randomUUID(),
          'user-agent': 'bench',
        },
        body: claim.replace('{n}', String(from++)),
      })
      const body = (await answer.json()) as { id?: string; state?: string }
      if (body.state !== 'executed' || !body.id) throw new Error(`the first claim: ${JSON.stringify(body)}`)
      return body.id
    },
  }
}
