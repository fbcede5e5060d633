import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { BenchEnvironment } from './bench-environment.ts'
import type { GovernedActions } from './governed-actions.ts'
import { type Quantiles, quantiles } from './quantiles.ts'
import type { Row } from './results.ts'

/** Long enough for the worker to have taken up what the step before left: the system is idle when the next one is asked. */
const PAUSE_MS = 150
const LOOK_EVERY_MS = 3
const ACTIONS = 200
const TARGETS = { committedMs: 25, deliveredMs: 250 }
const EFFECT_WAIT_MAX_MS = 30_000

type Latency = Quantiles & { readonly n: number }

/** S-04: see {@link measureIdleLatency}. */
export async function latencyRows(environment: BenchEnvironment, actions: GovernedActions): Promise<Row[]> {
  const { local, upstream, delivered } = await measureIdleLatency(environment, actions, ACTIONS)
  const row = (what: string, latency: Latency, targetMs: number): Row => ({
    id: 'S-04',
    what,
    value: `p99 ${latency.p99.toFixed(1)} ms`,
    limit: '–',
    target: `≤ ${targetMs} ms`,
    met: latency.p99 <= targetMs,
    note: `p50 ${latency.p50.toFixed(1)} ms, max ${latency.max.toFixed(1)} ms, ${latency.n} actions`,
  })
  return [
    row('idle: click → committed, local effect', local, TARGETS.committedMs),
    row('idle: click → committed, with a fresh upstream read', upstream, TARGETS.committedMs),
    row('idle: last approval → effect counted by the sandbox', delivered, TARGETS.deliveredMs),
  ]
}

/**
 * S-04, on an idle system with the whole worker running: from sending a request to its answer, which says that it is
 * committed (with a local effect; and with a fresh read of the upstream first); and from sending the last approval to the
 * moment at which the sandbox counts the effect.
 */
async function measureIdleLatency(
  environment: BenchEnvironment,
  actions: Pick<GovernedActions, 'oneClaim'>,
  n: number,
): Promise<{ readonly local: Latency; readonly upstream: Latency; readonly delivered: Latency }> {
  const worker = await environment.startWorker()
  try {
    const asker = await caller(environment, 'transfers/COMPLIANCE')
    const agreer = await caller(environment, 'transfers/ADMIN')
    const answer = await fetch(`${environment.sandboxUrl}/compliance/parties?limit=200`, {
      headers: { authorization: `Bearer ${environment.sandboxKey}` },
    })
    const { parties } = (await answer.json()) as { parties: { id: string; frozen: boolean }[] }
    const active = parties.filter(({ frozen }) => !frozen)
    // The first of everything is slower: connections are opened, statements planned, code compiled.
    const warmUp = 10
    const local: number[] = []
    const upstream: number[] = []
    const delivered: number[] = []
    for (let round = 0; round < n + warmUp; round += 1) {
      const party = active[round % active.length]
      if (!party) throw new Error('the seeded world has no active party')
      const frozen = Math.floor(round / active.length) % 2 === 1
      const beforeClaim = performance.now()
      await actions.oneClaim()
      const claimed = performance.now() - beforeClaim
      await sleep(PAUSE_MS)
      const began = performance.now()
      const asked = await asker(frozen ? '/entity/unfreeze' : '/entity/freeze', {
        entityId: party.id,
        reason: frozen ? 'cleared' : 'fraud_suspected',
      })
      const clicked = performance.now() - began
      await sleep(PAUSE_MS)
      const agreedAt = performance.now()
      await agreer(`/v1/requests/${asked.id}/approve`, { digest: asked.digest })
      const { effect } = await agreer(`/v1/requests/${asked.id}`)
      await counted(environment, effect?.key ?? '')
      const effectAfter = performance.now() - agreedAt
      if (round >= warmUp) {
        local.push(claimed)
        upstream.push(clicked)
        delivered.push(effectAfter)
      }
      await sleep(PAUSE_MS)
    }
    const latency = (took: readonly number[]): Latency => ({ ...quantiles(took), n: took.length })
    return { local: latency(local), upstream: latency(upstream), delivered: latency(delivered) }
  } finally {
    await worker.end()
  }
}

type Resource = { id: string; digest: string; effect?: { key: string } }

async function caller(environment: BenchEnvironment, role: string) {
  const token = await environment.token(`bench-${role.replace('/', '-')}`, role)
  return async (path: string, body?: object): Promise<Resource> => {
    const answer = await fetch(`http://127.0.0.1:${environment.port}${path}`, {
      method: body ? 'POST' : 'GET',
      headers: {
        authorization: `Bearer ${token}`,
        ...(body ? { 'content-type': 'application/json', 'idempotency-key': randomUUID() } : {}),
      },
      body: body && JSON.stringify(body),
    })
    if (!answer.ok) throw new Error(`${path} was answered ${answer.status}: ${await answer.text()}`)
    return (await answer.json()) as Resource
  }
}

async function counted(environment: BenchEnvironment, key: string): Promise<void> {
  const until = performance.now() + EFFECT_WAIT_MAX_MS
  while (performance.now() < until) {
    const answer = await fetch(`${environment.sandboxUrl}/_sandbox/effects?key=${key}`)
    const { effects } = (await answer.json()) as { effects: unknown[] }
    if (effects.length > 0) return
    await sleep(LOOK_EVERY_MS)
  }
  throw new Error(`the effect ${key} did not come`)
}
