import type { Database, Transaction } from '../database/database.ts'
import { releaseBreaker } from './force-breaker.ts'
import { type BreakerMove, moveBreaker, noteOutcome } from './move-breaker.ts'
import { lapseOverrides } from './override-routing.ts'

const LOOK_INTERVAL_MS = 1_000

type Watched = {
  readonly id: string
  readonly breaker: BreakerMove
  readonly forced: boolean
  readonly well: boolean
}

/**
 * What time does to breakers: what was forced falls back at its time, an open one is half open once it has waited, and a
 * half open one is probed. A probe succeeds where the gateway is up. And to overrides: they end.
 */
export async function watchBreakers(database: Database, now: Date): Promise<void> {
  await database.transaction(async (tx) => {
    const { rows } = await tx.query<Watched>(
      `SELECT id, breaker, breaker_forced IS NOT NULL AS forced, status IN ('operational', 'degraded') AS well
       FROM gateways.gateway
       WHERE breaker_forced_until <= $1 OR next_probe_at <= $1 OR (breaker = 'half_open' AND breaker_forced IS NULL)
       ORDER BY id FOR UPDATE`,
      [now],
    )
    for (const gateway of rows) await lookAt(tx, gateway, now)
    await lapseOverrides(tx, now)
  })
}

async function lookAt(tx: Transaction, { id, breaker, forced, well }: Watched, at: Date): Promise<void> {
  if (forced) await releaseBreaker(tx, { id, at })
  else if (breaker === 'open') await moveBreaker(tx, id, at, 'half_open')
  else await noteOutcome(tx, { id, at }, well)
}

/** Watches by the sandbox's clock; the function that is returned stops, and resolves when no look is under way. */
export function watchBySchedule(
  database: Database,
  now: () => Date,
  report: (error: Error) => void,
): () => Promise<void> {
  let underWay: Promise<void> | undefined
  const timer = setInterval(() => {
    underWay ??= watchBreakers(database, now())
      .catch((error: unknown) => report(error instanceof Error ? error : new Error(String(error))))
      .finally(() => {
        underWay = undefined
      })
  }, LOOK_INTERVAL_MS)
  return async () => {
    clearInterval(timer)
    await underWay
  }
}
