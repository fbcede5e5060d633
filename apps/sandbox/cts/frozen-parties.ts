import type { Transaction } from '../database/database.ts'

/** Locks of parties, so that a freeze and a return of the same party come one after the other. */
const PARTY_LOCK = 0x70617274 // 'part'

/**
 * What Compliance tells CTS: from now on no transfer of this party leaves or is returned (or again may be).
 * Waits for returns of the party that are under way.
 */
export async function setFrozen(tx: Transaction, partyId: string, since: Date | undefined): Promise<void> {
  await tx.query('SELECT pg_advisory_xact_lock($1, hashtext($2))', [PARTY_LOCK, partyId])
  if (since) {
    await tx.query(
      `INSERT INTO cts.frozen_party (party_id, since) VALUES ($1, $2)
       ON CONFLICT (party_id) DO UPDATE SET since = excluded.since`,
      [partyId, since],
    )
  } else {
    await tx.query('DELETE FROM cts.frozen_party WHERE party_id = $1', [partyId])
  }
}

/** Which of these parties are frozen; none becomes so before this transaction ends. */
export async function frozenAmong(tx: Transaction, partyIds: readonly string[]): Promise<string[]> {
  await tx.query(
    `SELECT pg_advisory_xact_lock_shared($1, h) FROM (
       SELECT DISTINCT hashtext(id) AS h FROM unnest($2::text[]) AS id ORDER BY h) AS ordered`,
    [PARTY_LOCK, partyIds],
  )
  return frozenNow(tx, partyIds)
}

/** Which of these parties are frozen at this moment, without holding off a freeze. */
export async function frozenNow(tx: Transaction, partyIds: readonly string[]): Promise<string[]> {
  const { rows } = await tx.query<{ party_id: string }>(
    'SELECT party_id FROM cts.frozen_party WHERE party_id = ANY ($1) ORDER BY party_id',
    [partyIds],
  )
  return rows.map((row) => row.party_id)
}
