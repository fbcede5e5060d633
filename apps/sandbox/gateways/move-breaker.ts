import type { Transaction } from '../database/database.ts'
import { changedGateway } from './gateway.ts'

/** So many payments in a row must fail for the breaker to open. */
const FAILURES_TO_OPEN = 5
/** So many trials in a row must succeed for it to close again. */
const TRIALS_TO_CLOSE = 3
/** How long an open breaker waits before it is tried again. */
const PROBE_AFTER_S = 60

/** The moves of a breaker that nobody has forced. */
export type BreakerMove = 'open' | 'half_open' | 'closed'

const TOLD_AS = {
  open: 'gateway.breaker_opened',
  half_open: 'gateway.breaker_half_opened',
  closed: 'gateway.breaker_closed',
} as const

/**
 * Tells the breaker of a gateway how a payment, or a probe, has fared: failing in a row opens it, and once it is half
 * open succeeding in a row closes it. One that is forced is not moved by anything that happens.
 *
 * @param key the Idempotency-Key of the write that this is a part of, if any
 */
export async function noteOutcome(
  tx: Transaction,
  { id, at, key }: { readonly id: string; readonly at: Date; readonly key?: string | undefined },
  succeeded: boolean,
): Promise<void> {
  const { rows } = await tx.query<{ breaker: BreakerMove; failures: number; trials: number }>(
    `UPDATE gateways.gateway
     SET failures = CASE WHEN $2 THEN 0 ELSE failures + 1 END, trials = CASE WHEN $2 THEN trials + 1 ELSE 0 END
     WHERE id = $1 AND breaker_forced IS NULL
     RETURNING breaker, failures, trials`,
    [id, succeeded],
  )
  const now = rows[0]
  if (!now) return
  const move = nextMove(now)
  if (move) await moveBreaker(tx, id, at, move, key)
}

function nextMove({
  breaker,
  failures,
  trials,
}: {
  breaker: BreakerMove
  failures: number
  trials: number
}): BreakerMove | undefined {
  if (breaker === 'closed' && failures >= FAILURES_TO_OPEN) return 'open'
  if (breaker !== 'half_open') return undefined
  if (failures > 0) return 'open'
  return trials >= TRIALS_TO_CLOSE ? 'closed' : undefined
}

/** Moves a breaker, whoever has forced it before; the counts begin anew. */
export async function moveBreaker(
  tx: Transaction,
  id: string,
  at: Date,
  move: BreakerMove,
  key?: string,
): Promise<void> {
  await tx.query(
    `UPDATE gateways.gateway SET breaker = $2, breaker_since = $3, breaker_forced = NULL, breaker_forced_until = NULL,
       breaker_reason = NULL, failures = 0, trials = 0, trips = trips + CASE WHEN $2 = 'open' THEN 1 ELSE 0 END,
       next_probe_at = CASE WHEN $2 = 'open' THEN $3::timestamptz + make_interval(secs => $4) END,
       version = version + 1
     WHERE id = $1`,
    [id, move, at, PROBE_AFTER_S],
  )
  await changedGateway(tx, TOLD_AS[move], { id, at, key })
}
