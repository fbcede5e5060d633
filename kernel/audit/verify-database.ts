import pg from 'pg'
import { streamRows, streamSnapshot } from '../db/stream-snapshot.ts'
import {
  type AuditColumns,
  auditColumns,
  type CanonicalEntry,
  commitmentOf,
  type PersonalValue,
} from './audit-entry.ts'
import { CHECKPOINT_SPACING, TRANSITION_SIZES } from './export-bundle.ts'
import { BATCH_TILES, type EntryRow, type LeafRow, leavesByIndex, type ShownColumns } from './leaf-rows.ts'
import { HASH_BYTES, rootOfRow, TILE_WIDTH } from './merkle.ts'
import {
  type BadEntries,
  badEntries,
  createCheck,
  FirstBad,
  failure,
  type LogCheck,
  parseKey,
  readCheckpoint,
  type SignedRoot,
  type VerificationReport,
} from './verify-log.mjs'

/** Of entries that stand beside the tree, so many are looked for. */
const STRAYS_NAMED_MAX = 100

type LeafWithEntry = LeafRow & { readonly entry: EntryRow }

export type DatabaseCheck = {
  /** Verifier key; without it the key recorded in the database, which shows only that the database agrees with itself. */
  readonly key?: string
  /** Signed notes from outside the database (a witness, an earlier visit) that the log must extend. */
  readonly checkpoints?: readonly string[]
  /** The newest note of the installation's own witness: counts only if it is of the log that this database holds. */
  readonly ownWitness?: string
}

/**
 * Reads a whole log from its database and names the entries that were altered, removed, moved or added: every one, as
 * long as the tree itself stands; where that breaks, nothing behind can be told. Each entry's
 * bytes must hash to its leaf; its columns must say what its bytes say; personal values still kept must open their
 * commitments; tiles, head and signed checkpoints must be those of the leaves.
 *
 * @param databaseUrl a login that may read the audit tables: `auditor`, or a superuser
 * @throws Error when the database cannot be read
 */
export async function verifyDatabase(
  databaseUrl: string,
  options: DatabaseCheck = {},
): Promise<VerificationReport> {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: 1,
    application_name: 'countersign-audit-verify',
  })
  try {
    for await (const report of streamSnapshot(pool, (client) => verifySnapshot(client, options)))
      return report
    throw new Error('The verification ended without a report.')
  } finally {
    await pool.end()
  }
}

async function* verifySnapshot(
  client: pg.PoolClient,
  options: DatabaseCheck,
): AsyncGenerator<VerificationReport, void, undefined> {
  const head = await readHead(client)
  const bad = badEntries()
  let check: LogCheck | undefined
  let signed: SignedRoot | undefined
  try {
    const firstKey = (await firstKeyOf(client)) ?? options.key
    if (firstKey === undefined) {
      throw new FirstBad(0, null, 'unsigned: the database records no key and none was given')
    }
    check = createCheck({ treeSize: head.size, complete: true, firstKey, givenKey: options.key, bad })
    const own = options.ownWitness?.startsWith(`${parseKey(firstKey).name}\n`) ? [options.ownWitness] : []
    for (const note of [...(options.checkpoints ?? []), ...own]) {
      check.expect(readCheckpoint(note), { kept: true })
    }
    const checkpoints = checkpointsOf(client, bad)
    // Whatever the statistics say, a batch of leaves is read by its indexes, and in one process.
    await client.query(ONLY_BY_INDEXES)
    signed = await checkLeaves(client, head, check, checkpoints, bad)
    await client.query(AS_PLANNED)
    if (!signed && head.size > 0) throw new FirstBad(0, null, 'unsigned: no checkpoint covers the log')
    await findUnsequenced(client, head.size, bad)
    const whole = check.finish()
    yield { ok: bad.count() === 0, ...whole, ...bad.members() }
  } catch (error) {
    yield failure(error, check, signed?.root, bad)
  }
}

/** Every leaf with its entry, tile by tile, against the stored tiles and the signed checkpoints. */
async function checkLeaves(
  client: pg.PoolClient,
  head: Head,
  check: LogCheck,
  checkpoints: AsyncGenerator<SignedRoot, void, undefined>,
  bad: BadEntries,
): Promise<SignedRoot | undefined> {
  const rows = leavesByIndex(client, head.size, bad)
  const tiles = storedTiles(client)
  let lastSigned: SignedRoot | undefined
  let nextSigned = await checkpoints.next()
  for (let first = 0; first < head.size; first += TILE_WIDTH) {
    const width = Math.min(TILE_WIDTH, head.size - first)
    for (
      ;
      !nextSigned.done && nextSigned.value.size <= first + width;
      nextSigned = await checkpoints.next()
    ) {
      lastSigned = nextSigned.value
      check.expect(lastSigned)
    }
    await rows.load(first)
    const stored = width === TILE_WIDTH ? await tiles.read(0, first / TILE_WIDTH) : head.tail
    check.tile(first / TILE_WIDTH, stored)
    for (let index = first; index < first + width; index += 1) {
      const at = (index - first) * HASH_BYTES
      const row = rows.at(index)
      try {
        const leaf = requireLeaf(row, index, stored, at)
        check.entry(index, leaf.entry.canonical)
        requireAsWritten(leaf)
      } catch (error) {
        bad.add(error)
        check.passOver(index)
      }
    }
    const root = check.endTile()
    if (root) await tiles.requireRoot(0, first / TILE_WIDTH, root)
  }
  const beyond = await rows.beyond()
  if (beyond) {
    throw new FirstBad(beyond.leaf_index, beyond.leaf_entry_id, `inserted: the log's head is at ${head.size}`)
  }
  if (!nextSigned.done) check.expect(nextSigned.value)
  return lastSigned
}

/** The row of a leaf whose entry is there; what the entry hashes to is checked by the log's own check. */
function requireLeaf(row: LeafRow | undefined, index: number, stored: Buffer, at: number): LeafWithEntry {
  if (!row) throw new FirstBad(index, null, 'missing: the log has no such leaf')
  if (!hasEntry(row)) throw new FirstBad(index, row.leaf_entry_id, 'missing: the entry of this leaf is gone')
  const { id } = row.entry
  if (id !== row.leaf_entry_id) throw new FirstBad(index, id, 'out of order: another entry is here')
  if (row.leaf_hash.compare(stored, at, at + HASH_BYTES) !== 0) {
    throw new FirstBad(index, id, 'out of order or altered: not the leaf that its tile holds')
  }
  return row
}

function hasEntry(row: LeafRow): row is LeafWithEntry {
  return row.entry !== undefined
}

/** What is kept beside the bytes of an entry says what they say. */
function requireAsWritten({ leaf_index: index, leaf_hash, entry }: LeafWithEntry): void {
  if (!leaf_hash.equals(entry.hash)) {
    throw new FirstBad(index, entry.id, 'altered: the hash beside the entry')
  }
  let fact: CanonicalEntry
  let told: AuditColumns
  try {
    fact = JSON.parse(entry.canonical.toString('utf8')) as CanonicalEntry
    told = auditColumns(fact)
  } catch (error) {
    throw new FirstBad(index, entry.id, `no entry: ${(error as Error).message}`)
  }
  requireSameColumns(index, entry.columns, told)
  if (entry.personal !== null) requireCommitments(index, entry.personal, fact)
}

/** What is searched and filtered by must be what was signed. */
function requireSameColumns(index: number, row: ShownColumns, told: AuditColumns): void {
  for (const column in told) {
    const shown = row[column as keyof AuditColumns]
    const signed = told[column as keyof AuditColumns]
    if (shown !== signed && JSON.stringify(shown) !== JSON.stringify(signed)) {
      throw new FirstBad(
        index,
        told.entry_id,
        `altered: the column ${column} says ${JSON.stringify(shown)}, the entry ${JSON.stringify(signed)}`,
      )
    }
  }
}

/** Erased values are gone with their salts, which is no fault; one that is there must be the one committed to. */
function requireCommitments(index: number, kept: string, entry: CanonicalEntry): void {
  const personal = JSON.parse(kept) as Readonly<Record<string, Partial<PersonalValue> | null>>
  for (const path in personal) {
    const { salt = '', value = '' } = personal[path] ?? {}
    if (committedAt(entry, path) !== commitmentOf(Buffer.from(salt, 'base64'), value)) {
      throw new FirstBad(index, entry.id, `altered: the value kept for ${path} is not the one committed to`)
    }
  }
}

function committedAt(entry: CanonicalEntry, path: string): string | undefined {
  if (path === 'reason.note') return entry.reason?.note?.commitment
  if (path === 'ip_address') return entry.ip_address?.commitment
  if (path === 'user_agent') return entry.user_agent?.commitment
  return path.startsWith('personal.')
    ? entry.personal?.[path.slice('personal.'.length)]?.commitment
    : undefined
}

/** Full tiles, and the check that each level holds the roots of the level below. */
function storedTiles(client: pg.PoolClient) {
  type Tile = { readonly tile_index: string; readonly hashes: Buffer; readonly root: Buffer }
  const rows: Buffer[][] = []
  /** By level: the tiles read last. They are asked for from left to right. */
  const batches: { from: number; tiles: ReadonlyMap<number, Tile> }[] = []
  const read = async (level: number, index: number): Promise<Tile> => {
    const from = index - (index % BATCH_TILES)
    if (batches[level]?.from !== from) {
      const { rows: found } = await client.query<Tile>(
        `SELECT tile_index, hashes, root FROM kernel.audit_tile
          WHERE level = $1 AND tile_index >= $2 AND tile_index < $3`,
        [level, from, from + BATCH_TILES],
      )
      batches[level] = { from, tiles: new Map(found.map((tile) => [Number(tile.tile_index), tile])) }
    }
    const tile = batches[level]?.tiles.get(index)
    if (!tile) throw new FirstBad(index * TILE_WIDTH ** (level + 1), null, `missing: tile ${level}/${index}`)
    return tile
  }
  const requireRoot = async (level: number, index: number, root: Buffer): Promise<void> => {
    const stored = await read(level, index)
    const first = index * TILE_WIDTH ** (level + 1)
    if (!stored.root.equals(root))
      throw new FirstBad(first, null, `altered: the root of tile ${level}/${index}`)
    const row = [...(rows[level] ?? []), root]
    rows[level] = row.length < TILE_WIDTH ? row : []
    if (row.length < TILE_WIDTH) return
    const above = Math.floor(index / TILE_WIDTH)
    const hashes = Buffer.concat(row)
    const parent = await read(level + 1, above)
    if (!parent.hashes.equals(hashes)) {
      throw new FirstBad(above * TILE_WIDTH ** (level + 2), null, `altered: tile ${level + 1}/${above}`)
    }
    await requireRoot(level + 1, above, rootOfRow(hashes))
  }
  return { read: async (level: number, index: number) => (await read(level, index)).hashes, requireRoot }
}

type Head = { readonly size: number; readonly tail: Buffer }

async function readHead(client: pg.PoolClient): Promise<Head> {
  const { rows } = await client.query<{ size: string; tail: Buffer }>(
    'SELECT size, tail FROM kernel.audit_head',
  )
  return { size: Number(rows[0]?.size ?? 0), tail: rows[0]?.tail ?? Buffer.alloc(0) }
}

/** The key that the log began with, by its own word; what it has come to be is told by its entries. */
async function firstKeyOf(client: pg.PoolClient): Promise<string | undefined> {
  const { rows } = await client.query<{ verifier_key: string }>(
    'SELECT verifier_key FROM kernel.audit_signer_key ORDER BY valid_from_size LIMIT 1',
  )
  return rows[0]?.verifier_key
}

/**
 * The signed checkpoints, by size: the newest, as many before it as a bundle takes along, and the first under each key.
 * A row that does not say what its note says goes to `bad`.
 */
async function* checkpointsOf(
  client: pg.PoolClient,
  bad: BadEntries,
): AsyncGenerator<SignedRoot, void, undefined> {
  const rows = streamRows<{ tree_size: string; root: Buffer; note: string }>(
    client,
    `SELECT tree_size, root, note FROM (
       SELECT DISTINCT ON ((tree_size + $1::bigint - 1) / $1::bigint) tree_size, root, note
         FROM kernel.audit_checkpoint ORDER BY (tree_size + $1::bigint - 1) / $1::bigint, tree_size DESC) spaced
      UNION
     SELECT tree_size, root, note FROM kernel.audit_checkpoint WHERE tree_size IN (${TRANSITION_SIZES})
      ORDER BY tree_size`,
    [CHECKPOINT_SPACING],
  )
  for await (const row of rows) {
    const size = Number(row.tree_size)
    try {
      const checkpoint = readCheckpoint(row.note)
      if (checkpoint.size === size && checkpoint.root.equals(row.root)) yield checkpoint
      else
        bad.addBeside(
          new FirstBad(size, null, `altered: the checkpoint of ${size} entries is not what was signed`),
        )
    } catch (error) {
      if (error instanceof FirstBad) throw error
      bad.addBeside(new FirstBad(size, null, `altered: ${(error as Error).message}`))
    }
  }
}

/** Entries that neither stand in the tree nor wait for their place were put there by hand. */
async function findUnsequenced(client: pg.PoolClient, size: number, bad: BadEntries): Promise<void> {
  const strays = await client.query<{ entry_id: string; leaf_index: string | null }>(
    `SELECT e.entry_id, (SELECT min(after.leaf_index) FROM kernel.audit_leaf after WHERE after.seq > e.seq) AS leaf_index
       FROM kernel.audit_entry e
      WHERE NOT EXISTS (SELECT FROM kernel.audit_leaf l WHERE l.seq = e.seq)
        AND NOT EXISTS (SELECT FROM kernel.audit_pending p WHERE p.seq = e.seq)
      ORDER BY e.seq LIMIT ${STRAYS_NAMED_MAX}`,
  )
  for (const stray of strays.rows) {
    const index = stray.leaf_index === null ? size : Number(stray.leaf_index)
    bad.add(new FirstBad(index, stray.entry_id, 'inserted: the entry is in no leaf and waits for none'))
  }
  const waiting = await client.query<{ entry_id: string }>(
    `SELECT p.entry_id FROM kernel.audit_pending p LEFT JOIN kernel.audit_entry e ON e.seq = p.seq
      WHERE e.seq IS NULL OR e.entry_id <> p.entry_id OR sha256('\\x00'::bytea || e.canonical) <> p.leaf_hash
      ORDER BY p.seq LIMIT ${STRAYS_NAMED_MAX}`,
  )
  for (const { entry_id } of waiting.rows) {
    bad.add(new FirstBad(size, entry_id, 'altered: an entry that waits for its place'))
  }
}

const PLANNER_SETTINGS = [
  'enable_seqscan',
  'enable_hashjoin',
  'enable_mergejoin',
  'enable_sort',
  'max_parallel_workers_per_gather',
  'jit',
]
const ONLY_BY_INDEXES = PLANNER_SETTINGS.map((name) => `SET LOCAL ${name} = 0`).join('; ')
const AS_PLANNED = PLANNER_SETTINGS.map((name) => `SET LOCAL ${name} TO DEFAULT`).join('; ')
