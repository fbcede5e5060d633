import type { Kernel } from '@countersign/kernel/kernel.ts'

/** A frozen party of what an exception may be, or is, about; its name as it may be shown without a reveal. */
export type FrozenParty = { readonly id: string; readonly name: string }

/** More of them say no more to anybody. */
const NAMED_MAX = 5

/**
 * Which parties of the transfers that an exception may be about are frozen, as Compliance told of them last: of those that Recon names
 * now, and of those that it has told of.
 */
export async function frozenAmong(
  { pool }: Pick<Kernel, 'pool'>,
  exceptionId: string,
  transfers: readonly string[],
): Promise<readonly FrozenParty[]> {
  const { rows } = await pool.query<FrozenParty>({
    name: 'frozen-among',
    text: `SELECT DISTINCT p.id, said.party ->> 'name' AS name
             FROM (SELECT unnest($2::text[]) AS id
                   UNION SELECT unnest(a.transfers) FROM transfers.exception_about a WHERE a.exception_id = $1) AS about
             JOIN transfers.transfer t USING (id),
             LATERAL (VALUES (t.record -> 'originator'), (t.record -> 'receiver')) AS said (party)
             JOIN transfers.party p ON p.id = said.party ->> 'party_id' AND p.frozen
            ORDER BY p.id LIMIT $3`,
    values: [exceptionId, transfers, NAMED_MAX],
  })
  return rows
}
