import { setTimeout as sleep } from 'node:timers/promises'
import type { Kernel } from '../kernel.ts'

/** A seed's door answers with the outcome where it comes this soon (C-21). */
const WAIT_MS = 2_000
const LOOK_EVERY_MS = 40

/**
 * The answer with the request's final state, if that is reached soon; undefined where approvals are awaited or it takes
 * longer.
 *
 * @param answered what was answered when it was asked for
 */
export async function waitForEffect(
  kernel: Pick<Kernel, 'pool'>,
  requestId: string,
  answered: string,
): Promise<{ status: number; body: string } | undefined> {
  const resource = JSON.parse(answered) as { state: string }
  if (resource.state !== 'authorized') return undefined
  const until = performance.now() + WAIT_MS
  while (performance.now() < until) {
    const { rows } = await kernel.pool.query<{ state: string }>({
      name: 'state-of-request',
      text: 'SELECT state FROM kernel.action_request WHERE request_id = $1',
      values: [requestId],
    })
    const state = rows[0]?.state
    if (state !== 'authorized' && state !== 'dispatching') {
      return { status: state === 'executed' ? 200 : 202, body: JSON.stringify({ ...resource, state }) }
    }
    await sleep(LOOK_EVERY_MS)
  }
  return undefined
}
