import type { Transaction } from '../database/database.ts'
import { refuse } from '../http/problem.ts'
import { type Outcome, staleVersion } from '../http/route.ts'
import { decideHits, readHitForUpdate } from './hit.ts'

/**
 * Decides an open hit by itself: as a false positive, or, of a frozen party, as a true match. Of a free one a freeze does that:
 * nobody who is listed goes on moving money.
 */
export async function decideHit(
  tx: Transaction,
  as: 'cleared' | 'true_match',
  { id, at, ifMatch, key }: { id: string; at: Date; ifMatch: number | undefined; key: string | undefined },
): Promise<Outcome> {
  const hit = await readHitForUpdate(tx, id)
  if (!hit) return refuse('not_found', `There is no hit ${id}.`)
  const stale = staleVersion(ifMatch, hit.version)
  if (stale) return stale
  if (hit.state !== 'open') return refuse('already_decided', `It is ${hit.state}.`)
  if (as === 'true_match') {
    const { rows } = await tx.query<{ frozen: boolean }>(
      'SELECT frozen_since IS NOT NULL AS frozen FROM compliance.party WHERE id = $1 FOR SHARE',
      [hit.party_id],
    )
    if (!rows[0]?.frozen)
      return refuse('not_frozen', `Party ${hit.party_id} is free: freeze it for this hit.`)
  }
  await decideHits(tx, [{ id, at }], as, key)
  const decided = await readHitForUpdate(tx, id)
  return { status: 200, body: { hit: decided }, version: decided?.version }
}
