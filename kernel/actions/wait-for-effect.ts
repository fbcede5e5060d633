import { setTimeout as sleep } from 'node:timers/promises'
import type { Kernel } from '../kernel.ts'

/** A seed's door answers with the outcome where it comes this soon (C-21). */
const WAIT_MS = 2_000
const LOOK_EVERY_MS = 40

/** The request's final state if it is reached soon; undefined where approvals are awaited or it takes longer. */
export async function waitForEffect(
  kernel: Kernel,
  requestId: string,
): Promise<{ status: number; body: string } | undefined> {
  const until = performance.now() + WAIT_MS
  while (performance.now() < until) {
    const { rows } = await kernel.pool.query<{ state: string; answer: string }>(
      `SELECT q.state, i.answer FROM kernel.action_request q JOIN kernel.idempotency i ON i.request_id = q.request_id
        WHERE q.request_id = $1 ORDER BY i.recorded_at LIMIT 1`,
      [requestId],
    )
    const row = rows[0]
    if (!row || row.state === 'pending') return undefined
    if (row.state !== 'authorized' && row.state !== 'dispatching') {
      const body = JSON.stringify({ ...(JSON.parse(row.answer) as object), state: row.state })
      return { status: row.state === 'executed' ? 200 : 202, body }
    }
    await sleep(LOOK_EVERY_MS)
  }
  return undefined
}
