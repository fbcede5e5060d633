import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { BenchEnvironment } from './bench-environment.ts'
import type { GovernedActions } from './governed-actions.ts'
import { quantiles } from './quantiles.ts'
import type { Row } from './results.ts'

/** Long enough for the worker to have taken up what the step before left: the system is idle when the next one is asked. */
const PAUSE_MS = 150
const LOOK_EVERY_MS = 3
const ACTIONS = 200
/** What else the machine does once in a while falls into one of them. */
const ROUNDS = 3
const TARGETS = { committedMs: 25, deliveredMs: 250 }
const EFFECT_WAIT_MAX_MS = 30_000

/** Milliseconds of every action, by round. */
type Rounds = readonly (readonly number[])[]

/** S-04: see {@link measureIdleLatency}. */
export async function latencyRows(environment: BenchEnvironment, actions: GovernedActions): Promise<Row[]> {
  const { local, upstream, delivered } = await measureIdleLatency(environment, actions)
  const row = (what: string, took: Rounds, targetMs: number): Row => {
    const rounds = took.map((round) => quantiles(round))
    const p99 = quantiles(rounds.map((round) => round.p99)).p50
    const all = quantiles(took.flat())
    return {
      id: 'S-04',
      what,
      value: `p99 ${p99.toFixed(1)} ms`,
      limit: '–',
      target: `≤ ${targetMs} ms`,
      met: p99 <= targetMs,
      note:
        `p99 of each of ${ROUNDS} rounds of ${ACTIONS} actions: ${rounds.map((round) => round.p99.toFixed(1)).join(', ')}; ` +
        `p50 ${all.p50.toFixed(1)} ms, max ${all.max.toFixed(1)} ms`,
    }
  }
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
): Promise<{ readonly local: Rounds; readonly upstream: Rounds; readonly delivered: Rounds }> {
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
    const rounds = () => Array.from({ length: ROUNDS }, (): number[] => [])
    const [local, upstream, delivered] = [rounds(), rounds(), rounds()]
    for (let action = -warmUp; action < ROUNDS * ACTIONS; action += 1) {
      const turn = action + warmUp
      const party = active[turn % active.length]
      if (!party) throw new Error('the seeded world has no active party')
      const frozen = Math.floor(turn / active.length) % 2 === 1
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
      const round = Math.floor(action / ACTIONS)
      local[round]?.push(claimed)
      upstream[round]?.push(clicked)
      delivered[round]?.push(effectAfter)
      await sleep(PAUSE_MS)
    }
    return { local, upstream, delivered }
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
