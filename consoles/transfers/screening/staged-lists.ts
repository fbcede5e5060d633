import type { Kernel } from '@countersign/kernel/kernel.ts'
import { figuresOf, isTooLong } from './list-bounds.ts'
import { listDigest } from './list-digest.ts'
import type { ListEntry } from './list-entry.ts'
import type { ListId } from './list-names.ts'

/** A version of a list that was brought here, whether it is in force or not. */
export type StagedList = {
  readonly version: string
  readonly list: ListId
  /** The day on which its publisher says that it was published, `YYYY-MM-DD`: as whoever asks has said it, else whoever brought it. */
  readonly published: string
  readonly entries: number
  readonly names: number
  readonly parts: number
  /** Of a version that is not whole: what of it has not arrived from whoever announced it so. */
  readonly missing: readonly number[]
  /** It stands, as its digest names it; otherwise it is one person's, and nobody else's. */
  readonly whole: boolean
  readonly stagedAt: string
  readonly broughtBy: { readonly id: string; readonly name: string }
}

/** Versions of a list that are looked at together: those brought last, and as many that have not arrived whole. */
const STAGED_MAX = 3
/**
 * Names on the versions that are kept in memory, some 220 bytes each with what belongs to them: of every list the one in force and those that
 * were brought last, as long as the longest that is published.
 */
const KEPT_NAMES_MAX = 540_000

const at = (column: string) => `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`

/** `$2`: who asks. */
const WHOLE = `SELECT s.sha256 AS version, s.list,
    to_char(coalesce((SELECT a.published FROM transfers.list_announcement a
                       WHERE a.sha256 = s.sha256 AND a.announced_by = $2), s.published), 'YYYY-MM-DD') AS published,
    s.entries, s.names, s.parts, '{}'::integer[] AS missing, true AS whole, ${at('s.staged_at')} AS "stagedAt",
    jsonb_build_object('id', s.staged_by, 'name', coalesce(p.display_name, s.staged_by)) AS "broughtBy"
  FROM transfers.staged_list s LEFT JOIN kernel.person p ON p.person_id = s.staged_by`
const ANNOUNCED = `SELECT a.sha256 AS version, a.list, to_char(a.published, 'YYYY-MM-DD') AS published, a.entries, a.names, a.parts,
    ARRAY(SELECT wanted.n FROM generate_series(0, a.parts - 1) AS wanted (n)
           WHERE NOT EXISTS (SELECT FROM transfers.announced_part t
                              WHERE (t.sha256, t.announced_by, t.n) = (a.sha256, a.announced_by, wanted.n))
           ORDER BY wanted.n) AS missing, false AS whole, ${at('a.announced_at')} AS "stagedAt",
    jsonb_build_object('id', a.announced_by, 'name', coalesce(p.display_name, a.announced_by)) AS "broughtBy"
  FROM transfers.list_announcement a LEFT JOIN kernel.person p ON p.person_id = a.announced_by
 WHERE NOT EXISTS (SELECT FROM transfers.staged_list s WHERE s.sha256 = a.sha256)`

/** The versions of a list that were brought last, newest first. */
export async function stagedLists(
  pool: Kernel['pool'],
  list: ListId,
  asker: string | null = null,
): Promise<StagedList[]> {
  const { rows } = await pool.query<StagedList>({
    name: 'staged-lists',
    text: `SELECT * FROM ((${WHOLE} WHERE s.list = $1 ORDER BY s.staged_at DESC LIMIT $3)
             UNION ALL (${ANNOUNCED} AND a.list = $1 ORDER BY a.announced_at DESC LIMIT $3)) staged
            ORDER BY "stagedAt" DESC`,
    values: [list, asker, STAGED_MAX],
  })
  return rows
}

/** One version, however long ago it was brought; of one that is not whole what whoever asks has brought of it, else what came last. */
export async function stagedList(
  pool: Kernel['pool'],
  version: string,
  asker: string | null = null,
): Promise<StagedList | undefined> {
  const { rows } = await pool.query<StagedList>({
    name: 'staged-list',
    text: `SELECT * FROM ((${WHOLE} WHERE s.sha256 = $1)
             UNION ALL (${ANNOUNCED} AND a.sha256 = $1)) staged
            ORDER BY whole DESC, "broughtBy" ->> 'id' IS NOT DISTINCT FROM $2 DESC, "stagedAt" DESC LIMIT 1`,
    values: [version, asker],
  })
  return rows[0]
}

type Named = Pick<StagedList, 'version' | 'list' | 'entries' | 'names' | 'stagedAt' | 'whole'>

/** By the digest; the one that was asked for last stands at the end. */
const kept = new Map<string, { readonly names: number; readonly entries: readonly ListEntry[] }>()
/** What is being read now: whoever asks meanwhile waits for the same. */
const reading = new Map<string, Promise<readonly ListEntry[] | undefined>>()
/** Versions that are something else than their digest says; nothing that is brought now comes to be one. */
const wrong = new Set<string>()
const WRONG_KEPT_MAX = 1_000

/** What is on a version that is whole, or undefined where that is not what it was announced as, or is longer than any list. */
export async function entriesOf(
  pool: Kernel['pool'],
  staged: Named,
): Promise<readonly ListEntry[] | undefined> {
  if (!staged.whole) return undefined
  const { version, stagedAt } = staged
  const known = kept.get(version)
  if (known !== undefined) {
    kept.delete(version)
    kept.set(version, known)
    return known.entries
  }
  const announced = `${version} ${stagedAt}`
  if (wrong.has(announced)) return undefined
  const underWay = reading.get(announced)
  if (underWay !== undefined) return underWay
  const read = readEntries(pool, staged).finally(() => reading.delete(announced))
  reading.set(announced, read)
  return read
}

async function readEntries(pool: Kernel['pool'], staged: Named): Promise<readonly ListEntry[] | undefined> {
  const { version, stagedAt, names } = staged
  const { rows } = await pool.query<{ entries: ListEntry[] }>({
    name: 'staged-list-parts',
    text: 'SELECT entries FROM transfers.staged_list_part WHERE sha256 = $1 ORDER BY n',
    values: [version],
  })
  const entries = rows.flatMap((part) => part.entries)
  if (!(await isAsNamed(staged, entries))) {
    if (wrong.size >= WRONG_KEPT_MAX) wrong.clear()
    wrong.add(`${version} ${stagedAt}`)
    return undefined
  }
  keep(version, { names, entries })
  return entries
}

function keep(version: string, one: { readonly names: number; readonly entries: readonly ListEntry[] }) {
  kept.delete(version)
  let names = one.names
  for (const other of kept.values()) names += other.names
  for (const [oldest, { names: fewer }] of kept) {
    if (names <= KEPT_NAMES_MAX) break
    kept.delete(oldest)
    names -= fewer
  }
  kept.set(version, one)
}

async function isAsNamed(
  { version, list, entries: declared, names }: Pick<StagedList, 'version' | 'list' | 'entries' | 'names'>,
  entries: readonly ListEntry[],
): Promise<boolean> {
  const figures = figuresOf(entries)
  if (figures.entries !== declared || figures.names !== names || isTooLong(figures)) return false
  return (await listDigest(list, entries)) === version
}

/**
 * Once the last of what somebody announced has arrived: it stands from then on, or it has to be brought anew. Where they have begun
 * anew while it was looked at, what was found is of parts that are gone, and changes nothing.
 */
export async function settleVersion(
  pool: Pick<Kernel['pool'], 'query'>,
  version: string,
  by: string,
): Promise<void> {
  const { rows } = await pool.query<
    Pick<StagedList, 'list' | 'names' | 'parts'> & {
      attempt: string
      declared: number
      entries: ListEntry[]
    }
  >({
    name: 'announced-parts',
    text: `SELECT a.list, a.attempt, a.parts, a.entries AS declared, a.names, t.entries
             FROM transfers.list_announcement a JOIN transfers.announced_part t USING (sha256, announced_by)
            WHERE a.sha256 = $1 AND a.announced_by = $2 ORDER BY t.n`,
    values: [version, by],
  })
  const [first] = rows
  if (first === undefined || rows.length < first.parts) return
  const { list, attempt, declared, names } = first
  const entries = rows.flatMap((part) => part.entries)
  // Of two entries of one number the digest does not tell which is which, and pages would show one as the other.
  const asNamed =
    new Set(entries.map(({ uid }) => uid)).size === entries.length &&
    (await isAsNamed({ version, list, entries: declared, names }, entries))
  await pool.query('SELECT transfers.settle_version($1, $2, $3, $4)', [version, by, attempt, asNamed])
}

/** As `stagedList`; where this person has brought all of it and nothing came of that, because the server was stopped, say, it is settled now. */
export async function settledList(
  pool: Kernel['pool'],
  version: string,
  by: string,
): Promise<StagedList | undefined> {
  const staged = await stagedList(pool, version, by)
  if (staged === undefined || staged.whole || staged.missing.length > 0 || staged.broughtBy.id !== by) {
    return staged
  }
  await settleVersion(pool, version, by)
  return stagedList(pool, version, by)
}
