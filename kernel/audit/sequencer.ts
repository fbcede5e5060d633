import type pg from 'pg'
import { type DutyLock, runAsLeader } from '../db/run-as-leader.ts'
import { withClient } from '../db/with-client.ts'
import { type Bell, unrung } from '../duties/bell.ts'
import { type Duty, unwatched } from '../duties/duty-log.ts'
import { databaseTiles } from './database-tiles.ts'
import { HASH_BYTES, rootOfRow, TILE_WIDTH, type TileReader } from './merkle.ts'

/** Entries given their place in one transaction. */
export const SEQUENCE_BATCH_MAX = 4_096
export const SEQUENCE_INTERVAL_MS = 20
/** Partitions hold ten million entries each, so a look now and then is early enough. */
const PARTITION_CHECK_INTERVAL_MS = 60_000
/** 'audi', and a number for each duty. */
const SEQUENCER_LOCK: DutyLock = [0x61756469, 1]

export type SequenceResult =
  | { readonly state: 'sequenced'; readonly count: number; readonly size: number }
  | { readonly state: 'nothing_pending'; readonly size: number }
  /** Another sequencer holds the head. */
  | { readonly state: 'busy' }

/**
 * Gives up to `limit` committed pending entries their places at the end of the log, in one transaction: leaves, full
 * tiles at every level, and the head, or nothing. Safe to call from any number of processes at once.
 *
 * @param pool as `sequencer`
 */
export async function sequenceOnce(
  pool: pg.Pool,
  options: { readonly limit?: number } = {},
): Promise<SequenceResult> {
  return withClient(pool, (client) => sequenceBatch(client, options.limit ?? SEQUENCE_BATCH_MAX))
}

export type SequencerOptions = {
  /** As `sequencer`. One of its connections is kept. */
  readonly pool: pg.Pool
  readonly signal: AbortSignal
  /** Rung when there may be entries. */
  readonly bell?: Bell
  readonly intervalMs?: number
  readonly limit?: number
  /** Watches each round. */
  readonly duty?: Duty
  readonly standbyIntervalMs?: number
  /** Told of each failure; the sequencer then starts over by itself. */
  readonly onProblem: (error: unknown) => void
}

/** Sequences until aborted. Of several processes one is in charge and the others stand by. */
export function runSequencer(options: SequencerOptions): Promise<void> {
  return runAsLeader({ ...options, lock: SEQUENCER_LOCK }, (client) => sequenceUntilAborted(client, options))
}

async function sequenceUntilAborted(client: pg.PoolClient, options: SequencerOptions): Promise<void> {
  const { signal, intervalMs = SEQUENCE_INTERVAL_MS, limit = SEQUENCE_BATCH_MAX, duty = unwatched } = options
  const wait = (options.bell ?? unrung).waits({ soonMs: intervalMs })
  let partitionsCheckedAt = Number.NEGATIVE_INFINITY
  while (!signal.aborted) {
    const result = await duty(async () => {
      if (performance.now() - partitionsCheckedAt > PARTITION_CHECK_INTERVAL_MS) {
        await client.query('SELECT kernel.ensure_audit_partitions()')
        partitionsCheckedAt = performance.now()
      }
      const waiting = await client.query<{ some: boolean }>(
        'SELECT EXISTS (SELECT FROM kernel.audit_pending) AS some',
      )
      // Looked at first without the head's lock, because an idle log should write nothing.
      return waiting.rows[0]?.some ? sequenceBatch(client, limit) : undefined
    })
    const found = result?.state === 'sequenced'
    if (!found || result.count < limit) await wait(found, signal)
  }
}

type PendingRow = { size: string; tail: Buffer; seq: string | null; leaf_hash: Buffer | null }

async function sequenceBatch(client: pg.PoolClient, limit: number): Promise<SequenceResult> {
  await client.query('BEGIN')
  const { rows } = await client.query<PendingRow>('SELECT * FROM kernel.take_audit_batch($1)', [limit])
  const head = rows[0]
  const pending = rows.flatMap(({ seq, leaf_hash }) =>
    seq !== null && leaf_hash ? [{ seq, leaf_hash }] : [],
  )
  if (head === undefined || pending.length === 0) {
    await client.query('ROLLBACK')
    return head === undefined ? { state: 'busy' } : { state: 'nothing_pending', size: Number(head.size) }
  }
  const size = Number(head.size)
  const grown = await growTree(
    databaseTiles(client),
    size,
    head.tail,
    pending.map((row) => row.leaf_hash),
  )
  await client.query('SELECT kernel.store_audit_batch($1, $2, $3, $4, $5, $6, $7)', [
    size,
    pending.map((row) => row.seq),
    grown.tail,
    grown.tiles.map((tile) => tile.level),
    grown.tiles.map((tile) => tile.index),
    grown.tiles.map((tile) => tile.hashes),
    grown.tiles.map((tile) => tile.root),
  ])
  await client.query('COMMIT')
  return { state: 'sequenced', count: pending.length, size: size + pending.length }
}

export type FullTile = {
  readonly level: number
  readonly index: number
  readonly hashes: Buffer
  readonly root: Buffer
}

/**
 * The tiles that new leaves fill, at every level, and the leaf hashes that remain in the last, partial tile.
 *
 * @param read the tiles of the tree of `size`
 * @param tail the leaf hashes of its partial tile at level 0
 */
export async function growTree(
  read: TileReader,
  size: number,
  tail: Buffer,
  leaves: readonly Buffer[],
): Promise<{ tail: Buffer; tiles: FullTile[] }> {
  const tiles: FullTile[] = []
  const fill = async (level: number, first: number, row: Buffer): Promise<Buffer> => {
    const full = Math.floor(row.length / HASH_BYTES / TILE_WIDTH)
    const made = Array.from({ length: full }, (_, at) => {
      const hashes = row.subarray(at * TILE_WIDTH * HASH_BYTES, (at + 1) * TILE_WIDTH * HASH_BYTES)
      return { level, index: first + at, hashes, root: rootOfRow(hashes) }
    })
    tiles.push(...made)
    if (made.length > 0) {
      const above = Math.floor(first / TILE_WIDTH)
      const before = first % TILE_WIDTH
      const known = before === 0 ? Buffer.alloc(0) : await read(level + 1, above, before)
      await fill(level + 1, above, Buffer.concat([known, ...made.map((tile) => tile.root)]))
    }
    return row.subarray(full * TILE_WIDTH * HASH_BYTES)
  }
  const rest = await fill(0, Math.floor(size / TILE_WIDTH), Buffer.concat([tail, ...leaves]))
  return { tail: rest, tiles }
}
