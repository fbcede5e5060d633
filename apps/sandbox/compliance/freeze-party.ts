import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { setFrozen } from '../cts/frozen-parties.ts'
import type { Transaction } from '../database/database.ts'
import { recordEvents } from '../events/record-events.ts'
import { Id, text } from '../http/fields.ts'
import { refuse } from '../http/problem.ts'
import { type Outcome, staleVersion } from '../http/route.ts'
import { decideHits, recordOverride } from './hit.ts'
import { PARTY_EVENTS, type Party } from './party.ts'

export const ReasonRequest = z.strictObject({ reason: text(200, 1), note: text(4_000).optional() })
export const FreezeRequest = ReasonRequest.extend({ hit_id: Id.optional() })
export const UnfreezeRequest = ReasonRequest.extend({ override_hit_id: Id.optional() })

/** Freezes a party, and tells CTS: in the same transaction, so that both or neither know. Naming a hit decides it as a true match. */
export async function freezeParty(
  tx: Transaction,
  now: Date,
  id: string,
  request: z.infer<typeof FreezeRequest>,
  ifMatch: number | undefined,
  key: string | undefined,
): Promise<Outcome> {
  const party = await readForUpdate(tx, id)
  if (!party) return refuse('not_found', `There is no party ${id}.`)
  const stale = staleVersion(ifMatch, party.version)
  if (stale) return stale
  if (party.frozen) return refuse('already_frozen', `It is frozen since ${party.frozen_since}.`)
  const hit = request.hit_id === undefined ? undefined : await readHitOf(tx, request.hit_id, id)
  if (request.hit_id !== undefined && !hit) return hitNotOfParty('hit_id', id)
  await tx.query(
    `UPDATE compliance.party SET frozen_since = $2, freeze_reason = $3, version = version + 1 WHERE id = $1`,
    [id, now, request.reason],
  )
  await setFrozen(tx, id, now)
  await recordEvents(tx, PARTY_EVENTS, 'party.frozen', [{ id, at: now }], key)
  if (hit?.state === 'open') await decideHits(tx, [{ id: hit.id, at: now }], 'true_match', key)
  return partyReply(tx, id)
}

/** Lifts a freeze, and tells CTS. Naming a hit clears it and records an override of its rule. */
export async function unfreezeParty(
  tx: Transaction,
  now: Date,
  id: string,
  request: z.infer<typeof UnfreezeRequest>,
  ifMatch: number | undefined,
  key: string | undefined,
): Promise<Outcome> {
  const party = await readForUpdate(tx, id)
  if (!party) return refuse('not_found', `There is no party ${id}.`)
  const stale = staleVersion(ifMatch, party.version)
  if (stale) return stale
  if (!party.frozen) return refuse('not_frozen', 'There is nothing to lift.')
  const hitId = request.override_hit_id
  const hit = hitId === undefined ? undefined : await readHitOf(tx, hitId, id)
  if (hitId !== undefined && !hit) return hitNotOfParty('override_hit_id', id)
  await tx.query(
    `UPDATE compliance.party SET frozen_since = NULL, freeze_reason = NULL, version = version + 1 WHERE id = $1`,
    [id],
  )
  await setFrozen(tx, id, undefined)
  await recordEvents(tx, PARTY_EVENTS, 'party.unfrozen', [{ id, at: now }], key)
  if (hit) {
    const { reason, note } = request
    if (hit.state !== 'cleared') await decideHits(tx, [{ id: hit.id, at: now }], 'cleared', key)
    const override = { id: `ovr_${randomUUID()}`, hit_id: hit.id, rule_id: hit.rule_id, party_id: id }
    await recordOverride(tx, { ...override, reason, note, recorded_at: now }, key)
  }
  return partyReply(tx, id)
}

function hitNotOfParty(field: string, party: string): Outcome {
  const message = `must be a hit of party ${party}`
  return refuse('hit_not_of_party', `${field} ${message}.`, [{ field, message }])
}

async function readForUpdate(tx: Transaction, id: string): Promise<Party | undefined> {
  const { rows } = await tx.query<{ party: Party }>(
    'SELECT compliance.party_json(t) AS party FROM compliance.party t WHERE id = $1 FOR UPDATE',
    [id],
  )
  return rows[0]?.party
}

async function readHitOf(
  tx: Transaction,
  id: string,
  partyId: string,
): Promise<{ id: string; rule_id: string; state: string } | undefined> {
  const { rows } = await tx.query<{ id: string; rule_id: string; state: string }>(
    'SELECT id, rule_id, state FROM compliance.hit WHERE id = $1 AND party_id = $2 FOR UPDATE',
    [id, partyId],
  )
  return rows[0]
}

async function partyReply(tx: Transaction, id: string): Promise<Outcome> {
  const party = await readForUpdate(tx, id)
  return { status: 200, body: { party }, version: party?.version }
}
