import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import type { WorkerBus } from './worker-bus.ts'

const DATABASE_TIMEOUT_MS = 2_000
const BUS_TIMEOUT_MS = 2_000

/**
 * Whether a worker can do its duties, and what waits at the event bus. Without the bus it goes on: upstreams are polled,
 * and the live streams look by themselves.
 */
export async function workerReadiness(
  pool: pg.Pool,
  bus: WorkerBus | undefined,
): Promise<{ readonly ready: boolean; readonly body: object }> {
  const [database, nats] = await Promise.all([
    inTime(pool.query('SELECT 1'), DATABASE_TIMEOUT_MS).then(
      () => 'ok',
      () => 'unreachable',
    ),
    bus && busState(bus),
  ])
  const ready = database === 'ok'
  return { ready, body: { status: ready ? 'ready' : 'not_ready', database, ...(nats ? { nats } : {}) } }
}

async function busState(bus: WorkerBus): Promise<object> {
  try {
    const standing = await inTime(bus.standing(), BUS_TIMEOUT_MS)
    return {
      state: 'ok',
      ingest: Object.fromEntries(standing.map(({ source, ...figures }) => [source, figures])),
    }
  } catch (error) {
    return { state: 'unreachable', problem: bus.lastProblem() ?? (error as Error).message }
  }
}

async function inTime<T>(answer: Promise<T>, limitMs: number): Promise<T> {
  const timer = new AbortController()
  try {
    return await Promise.race([
      answer,
      sleep(limitMs, undefined, { signal: timer.signal }).then(() => {
        throw new Error('no answer in time')
      }),
    ])
  } finally {
    timer.abort()
  }
}
