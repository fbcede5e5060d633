import type { Kernel } from '@countersign/kernel/kernel.ts'
import type { Json } from '@countersign/kernel/personal-data/canonical-json.ts'
import type { Sealed, Sealer } from '@countersign/kernel/personal-data/sealing.ts'

/** A party as screening knows it, in clear and in memory only. */
export type PartyToScreen = {
  readonly id: string
  readonly tenantId: string | null
  readonly kind: 'person' | 'company'
  readonly name: string
  readonly born: string | undefined
  readonly country: string | undefined
}

type Row = {
  readonly id: string
  readonly tenant_id: string | null
  readonly position: string
  readonly kind: string
  readonly name: string | Sealed
  readonly born: Sealed | null
  readonly country: string | null
}

const COLUMNS = 'p.id, p.tenant_id, p.position, p.kind, p.name, p.born, p.country'

/** The next parties behind a position, and the position that they reach; null where there is none. */
export async function partiesBehind(
  pool: Kernel['pool'],
  sealer: Pick<Sealer, 'openAll'>,
  position: number,
  limit: number,
): Promise<{
  readonly parties: readonly PartyToScreen[]
  readonly upTo: number
} | null> {
  const { rows } = await pool.query<Row>({
    name: 'parties-behind',
    text: `SELECT ${COLUMNS} FROM transfers.party_to_screen p WHERE p.position > $1 ORDER BY p.position LIMIT $2`,
    values: [position, limit],
  })
  const last = rows.at(-1)
  if (last === undefined) return null
  return { parties: await opened(sealer, rows), upTo: Number(last.position) }
}

export async function partiesOf(
  pool: Kernel['pool'],
  sealer: Pick<Sealer, 'openAll'>,
  ids: readonly string[],
): Promise<ReadonlyMap<string, PartyToScreen>> {
  const { rows } = await pool.query<Row>({
    name: 'parties-to-screen',
    text: `SELECT ${COLUMNS} FROM transfers.party_to_screen p WHERE p.id = ANY ($1)`,
    values: [ids],
  })
  return new Map((await opened(sealer, rows)).map((party) => [party.id, party]))
}

/** Without those whose name was erased: nobody can compare it any more. */
async function opened(sealer: Pick<Sealer, 'openAll'>, rows: readonly Row[]): Promise<PartyToScreen[]> {
  const subject = (id: string) => `party/${id}`
  const clear = await sealer.openAll(
    rows.flatMap(({ id, name, born }) =>
      [name, born].flatMap((value) =>
        value !== null && typeof value === 'object' ? [{ subject: subject(id), sealed: value.sealed }] : [],
      ),
    ),
  )
  return rows.flatMap((row) => {
    const name = typeof row.name === 'string' ? row.name : clear.get(row.name.sealed)
    if (name === undefined || name.trim() === '') return []
    return [
      {
        ...{ id: row.id, tenantId: row.tenant_id, name, kind: row.kind === 'company' ? 'company' : 'person' },
        born: row.born === null ? undefined : clear.get(row.born.sealed),
        country: row.country ?? undefined,
      } as const,
    ]
  })
}

/**
 * Forgets what was found on versions that parties are compared with no more: nothing asks for it, and one of them that is taken
 * into force again begins with the first party.
 */
export async function forgetFindingsBut(pool: Kernel['pool'], versions: readonly string[]): Promise<void> {
  await pool.query({
    name: 'forget-findings-but',
    text: `WITH gone AS (DELETE FROM transfers.list_screening WHERE version <> ALL ($1) RETURNING version)
           DELETE FROM transfers.screening_finding f USING gone WHERE f.version = gone.version`,
    values: [versions],
  })
}

/** What of a party is compared, as it makes one hit the same as another. */
export const comparedOf = ({ kind, name, born, country }: PartyToScreen): Json => ({
  ...{ kind, name, born: born ?? null, country: country ?? null },
})
