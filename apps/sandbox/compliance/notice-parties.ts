import type { Transaction } from '../database/database.ts'
import { recordEvents } from '../events/record-events.ts'
import { PARTY_EVENTS } from './party.ts'

/** A party that Compliance hears of for the first time. */
export type NoticedParty = {
  readonly id: string
  readonly kind: 'person' | 'company'
  readonly name: string
  /** ISO 3166-1 alpha-2. */
  readonly country: string
  readonly date_of_birth?: string
  readonly created_at?: Date
}

/** Adds the parties that are not known yet; known ones stay as they are. */
export async function noticeParties(
  tx: Transaction,
  parties: readonly NoticedParty[],
  now: Date,
  causedBy?: string,
): Promise<void> {
  const distinct = [...new Map(parties.map((party) => [party.id, { created_at: now, ...party }])).values()]
  const { rows } = await tx.query<{ id: string; created_at: Date }>(
    `INSERT INTO compliance.party (id, kind, name, country, date_of_birth, created_at)
     SELECT id, kind, name, country, date_of_birth, created_at
     FROM jsonb_populate_recordset(NULL::compliance.party, $1) ORDER BY id
     ON CONFLICT (id) DO NOTHING
     RETURNING id, created_at`,
    [JSON.stringify(distinct)],
  )
  const noticed = rows.map((row) => ({ id: row.id, at: row.created_at }))
  await recordEvents(tx, PARTY_EVENTS, 'party.updated', noticed, causedBy)
}
