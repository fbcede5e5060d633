import type { Kernel } from '@countersign/kernel/kernel.ts'
import { listDigest } from './list-digest.ts'
import type { ListEntry } from './list-entry.ts'
import type { ListId } from './list-names.ts'

/** A version of a list that was brought here, whether it is in force or not. */
export type StagedList = {
  readonly version: string
  readonly list: ListId
  /** The day on which its publisher says that it was published, `YYYY-MM-DD`. */
  readonly published: string
  readonly entries: number
  readonly names: number
  readonly parts: number
  readonly missing: readonly number[]
  readonly stagedAt: string
}

/** Versions of a list that are looked at together: those brought last. */
const STAGED_MAX = 3
/** Whole lists that are kept in memory, of some 10 MB each. */
const KEPT_MAX = 4

const COLUMNS = `s.sha256 AS version, s.list, to_char(s.published, 'YYYY-MM-DD') AS published, s.entries, s.names, s.parts,
  to_char(s.staged_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS "stagedAt",
  ARRAY(SELECT wanted.n FROM generate_series(0, s.parts - 1) AS wanted (n)
         WHERE NOT EXISTS (SELECT FROM transfers.staged_list_part p WHERE p.sha256 = s.sha256 AND p.n = wanted.n)
         ORDER BY wanted.n) AS missing`

/** The versions of a list that were brought last, newest first. */
export async function stagedLists(pool: Kernel['pool'], list: ListId): Promise<StagedList[]> {
  const { rows } = await pool.query<StagedList>({
    name: 'staged-lists',
    text: `SELECT ${COLUMNS} FROM transfers.staged_list s WHERE s.list = $1 ORDER BY s.staged_at DESC LIMIT $2`,
    values: [list, STAGED_MAX],
  })
  return rows
}

/** One version, however long ago it was brought. */
export async function stagedList(pool: Kernel['pool'], version: string): Promise<StagedList | undefined> {
  const { rows } = await pool.query<StagedList>({
    name: 'staged-list',
    text: `SELECT ${COLUMNS} FROM transfers.staged_list s WHERE s.sha256 = $1`,
    values: [version],
  })
  return rows[0]
}

const kept = new Map<string, readonly ListEntry[]>()

/** What is on a version, or undefined where that is not what it was announced as. */
export async function entriesOf(
  pool: Kernel['pool'],
  { version, list, entries: count }: Pick<StagedList, 'version' | 'list' | 'entries'>,
): Promise<readonly ListEntry[] | undefined> {
  const known = kept.get(version)
  if (known !== undefined) return known
  const { rows } = await pool.query<{ entries: ListEntry[] }>({
    name: 'staged-list-parts',
    text: 'SELECT entries FROM transfers.staged_list_part WHERE sha256 = $1 ORDER BY n',
    values: [version],
  })
  const entries = rows.flatMap((part) => part.entries)
  if (entries.length !== count || listDigest(list, entries) !== version) return undefined
  const [oldest] = kept.keys()
  if (kept.size >= KEPT_MAX && oldest !== undefined) kept.delete(oldest)
  kept.set(version, entries)
  return entries
}
