import { z } from 'zod'
import type { Transaction } from '../database/database.ts'
import { type Changed, type EventSource, recordEvents } from '../events/record-events.ts'
import { Id, Instant, Version } from '../http/fields.ts'

export const HIT_STATES = ['open', 'true_match', 'cleared'] as const

const Identifier = z.strictObject({ name: z.string(), ours: z.string(), theirs: z.string() })

export const HitSchema = z.strictObject({
  id: Id,
  version: Version,
  party_id: Id,
  party_kind: z.enum(['person', 'company']),
  screened_name: z.string(),
  listed_name: z.string(),
  list: z.string(),
  list_version: z.string(),
  score: z.number().min(0).max(1),
  rule_id: Id,
  identifiers: z.array(Identifier),
  state: z.enum(HIT_STATES),
  raised_at: Instant,
})

export type NewHit = {
  readonly id: string
  readonly party_id: string
  readonly screened_name: string
  readonly listed_name: string
  readonly list: string
  readonly list_version: string
  readonly score: number
  readonly rule_id: string
  readonly identifiers: readonly z.infer<typeof Identifier>[]
  readonly raised_at: Date
}

/** How `hit.*` events are drawn. */
const HIT_EVENTS: EventSource = {
  upstream: 'compliance',
  subjectKind: 'hit',
  table: 'compliance.hit',
  version: 't.version',
  data: 'compliance.hit_json(t)',
  refs: `jsonb_build_array(jsonb_build_object('kind', 'party', 'id', t.party_id))`,
}

const OVERRIDE_EVENTS: EventSource = {
  upstream: 'compliance',
  subjectKind: 'override',
  table: 'compliance.rule_override',
  version: '1',
  data: 'compliance.override_json(t)',
  refs: `jsonb_build_array(jsonb_build_object('kind', 'hit', 'id', t.hit_id),
                           jsonb_build_object('kind', 'party', 'id', t.party_id))`,
}

/** Raises hits of screening. */
export async function raiseHits(tx: Transaction, hits: readonly NewHit[]): Promise<void> {
  await tx.query(
    `INSERT INTO compliance.hit (id, party_id, screened_name, listed_name, list, list_version, score, rule_id,
                                 identifiers, raised_at)
     SELECT id, party_id, screened_name, listed_name, list, list_version, score, rule_id, identifiers, raised_at
     FROM jsonb_populate_recordset(NULL::compliance.hit, $1)`,
    [JSON.stringify(hits)],
  )
  await recordEvents(
    tx,
    HIT_EVENTS,
    'hit.raised',
    hits.map((hit) => ({ id: hit.id, at: hit.raised_at })),
  )
}

export async function readHitForUpdate(
  tx: Transaction,
  id: string,
): Promise<z.infer<typeof HitSchema> | undefined> {
  const { rows } = await tx.query<{ hit: z.infer<typeof HitSchema> }>(
    'SELECT compliance.hit_json(t) AS hit FROM compliance.hit t WHERE id = $1 FOR UPDATE',
    [id],
  )
  return rows[0]?.hit
}

/** Decides open hits. */
export async function decideHits(
  tx: Transaction,
  decided: readonly Changed[],
  state: 'true_match' | 'cleared',
  causedBy?: string,
): Promise<void> {
  await tx.query(`UPDATE compliance.hit SET state = $2, version = version + 1 WHERE id = ANY ($1)`, [
    decided.map(({ id }) => id),
    state,
  ])
  await recordEvents(tx, HIT_EVENTS, 'hit.decided', decided, causedBy)
}

export type RuleOverride = {
  readonly id: string
  readonly hit_id: string
  readonly rule_id: string
  readonly party_id: string
  readonly reason: string
  readonly note?: string
  readonly recorded_at: Date
}

/** Records that an operator overrode what a rule had raised. */
export async function recordOverride(
  tx: Transaction,
  override: RuleOverride,
  causedBy?: string,
): Promise<void> {
  await tx.query(
    `INSERT INTO compliance.rule_override (id, hit_id, rule_id, party_id, reason, note, recorded_at)
     SELECT id, hit_id, rule_id, party_id, reason, note, recorded_at
     FROM jsonb_populate_record(NULL::compliance.rule_override, $1)`,
    [JSON.stringify(override)],
  )
  const recorded = [{ id: override.id, at: override.recorded_at }]
  await recordEvents(tx, OVERRIDE_EVENTS, 'override.recorded', recorded, causedBy)
}
