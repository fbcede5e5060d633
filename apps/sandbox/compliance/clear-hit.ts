import type { z } from 'zod'
import type { Transaction } from '../database/database.ts'
import { refuse } from '../http/problem.ts'
import { type Outcome, staleVersion } from '../http/route.ts'
import { decideHits, type HitSchema } from './hit.ts'

/** Decides an open hit as a false positive. */
export async function clearHit(
  tx: Transaction,
  now: Date,
  id: string,
  ifMatch: number | undefined,
  key: string | undefined,
): Promise<Outcome> {
  const hit = await readForUpdate(tx, id)
  if (!hit) return refuse('not_found', `There is no hit ${id}.`)
  const stale = staleVersion(ifMatch, hit.version)
  if (stale) return stale
  if (hit.state !== 'open') return refuse('already_decided', `It is ${hit.state}.`)
  await decideHits(tx, [{ id, at: now }], 'cleared', key)
  const decided = await readForUpdate(tx, id)
  return { status: 200, body: { hit: decided }, version: decided?.version }
}

async function readForUpdate(tx: Transaction, id: string): Promise<z.infer<typeof HitSchema> | undefined> {
  const { rows } = await tx.query<{ hit: z.infer<typeof HitSchema> }>(
    'SELECT compliance.hit_json(t) AS hit FROM compliance.hit t WHERE id = $1 FOR UPDATE',
    [id],
  )
  return rows[0]?.hit
}
