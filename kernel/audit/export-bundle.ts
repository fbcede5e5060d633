import type pg from 'pg'
import { streamRows, streamSnapshot } from '../db/stream-snapshot.ts'
import { type AuditFilter, filterSql } from './audit-filter.ts'
import { databaseTiles } from './database-tiles.ts'
import { RECOVER_ACTION, ROTATE_ACTION } from './declared-in-log.ts'
import { latestCheckpoint } from './inclusion-proof.ts'
import { completeNode, TILE_WIDTH, type TileReader } from './merkle.ts'
import { tileWidthAt } from './tlog-tiles.ts'

/** Nothing has been signed, so there is nothing that a bundle could prove. */
export class NothingSignedError extends Error {
  constructor() {
    super(`The audit log has no signed checkpoint yet. Start the worker, which signs it, and try again.`)
    this.name = 'NothingSignedError'
  }
}

/**
 * Checkpoints taken along: of those signed within so many entries the last, so that a fault in the tree is found near
 * its place, and the time to check signatures stays small beside the time to hash.
 */
export const CHECKPOINT_SPACING = 64

/** Sizes of the checkpoints that two keys have signed: the first under each key that took another's place. */
export const TRANSITION_SIZES = `
  SELECT (SELECT min(c.tree_size) FROM kernel.audit_checkpoint c WHERE c.tree_size >= k.valid_from_size)
    FROM kernel.audit_signer_key k`
/** Entries without which no part of the log can be judged: they say which key signs, and which history is lost. */
const DECLARING = `(e.kind = 'action' AND e.action IN ('${RECOVER_ACTION}', '${ROTATE_ACTION}'))`

type BundledRow = { leaf_index: string; canonical: Buffer }

/**
 * Streams the log under its newest checkpoint, as lines of JSON (docs/audit.md, "Bundles"): what an auditor needs to
 * check it offline, and no personal data. With a filter, only the entries that match, and the hashes that tie them to
 * the same signed root.
 *
 * @param pool as `auditor`
 * @throws NothingSignedError
 */
export function exportBundle(
  pool: pg.Pool,
  filter: AuditFilter = {},
): AsyncGenerator<string, void, undefined> {
  return streamSnapshot(pool, (client) => bundleLines(client, filter))
}

async function* bundleLines(
  client: pg.PoolClient,
  filter: AuditFilter,
): AsyncGenerator<string, void, undefined> {
  const checkpoint = await latestCheckpoint(client)
  const [firstKey, key] = await keysOfLog(client)
  if (!checkpoint || key === undefined) throw new NothingSignedError()
  const { conditions, values } = filterSql(filter, { text: true })
  yield line({
    format: 'countersign-audit-bundle',
    version: 1,
    origin: checkpoint.note.slice(0, checkpoint.note.indexOf('\n')),
    key,
    ...(firstKey === key ? {} : { first_key: firstKey }),
    complete: conditions.length === 0,
    ...(conditions.length === 0 ? {} : { filter }),
    checkpoint: checkpoint.note,
  })

  const read = databaseTiles(client)
  let done = 0
  let open: { index: number; lines: string[] } | undefined
  const entries = streamRows<BundledRow>(
    client,
    `SELECT l.leaf_index, e.canonical
       FROM kernel.audit_leaf l JOIN kernel.audit_entry e ON e.seq = l.seq
      WHERE ${conditions.length === 0 ? '' : `(${conditions.join(' AND ')} OR ${DECLARING}) AND `}
            l.leaf_index < $${values.length + 1}
      ORDER BY l.leaf_index`,
    [...values, checkpoint.size],
  )
  for await (const { leaf_index, canonical } of entries) {
    const index = Number(leaf_index)
    const tile = Math.floor(index / TILE_WIDTH)
    if (open?.index !== tile) {
      if (open) yield open.lines.join('')
      const first = tile * TILE_WIDTH
      yield* subtreeLines(read, checkpoint.size, done, first)
      open = { index: tile, lines: await tileLines(client, read, checkpoint.size, tile) }
      done = first + tileWidthAt(checkpoint.size, 0, tile)
    }
    open.lines.push(line({ index, canonical: canonical.toString('base64') }))
  }
  if (open) yield open.lines.join('')
  yield* subtreeLines(read, checkpoint.size, done, checkpoint.size)
}

/** The key that the log began with, and the one in force. */
async function keysOfLog(client: pg.PoolClient): Promise<[string | undefined, string | undefined]> {
  const { rows } = await client.query<{ verifier_key: string }>(
    'SELECT verifier_key FROM kernel.audit_signer_key ORDER BY valid_from_size',
  )
  return [rows[0]?.verifier_key, rows.at(-1)?.verifier_key]
}

/** A tile's leaf hashes, and before them checkpoints signed inside it. */
async function tileLines(
  client: pg.PoolClient,
  read: TileReader,
  treeSize: number,
  tile: number,
): Promise<string[]> {
  const width = tileWidthAt(treeSize, 0, tile)
  const first = tile * TILE_WIDTH
  const { rows } = await client.query<{ note: string }>(
    `SELECT note FROM (
       SELECT DISTINCT ON ((tree_size - 1) / $3::bigint) tree_size, note FROM kernel.audit_checkpoint
        WHERE tree_size > $1 AND tree_size <= $2 ORDER BY (tree_size - 1) / $3::bigint, tree_size DESC) spaced
      UNION
     SELECT note FROM kernel.audit_checkpoint
      WHERE tree_size > $1 AND tree_size <= $2 AND tree_size IN (${TRANSITION_SIZES})`,
    [first, first + width, CHECKPOINT_SPACING],
  )
  const hashes = await read(0, tile, width)
  return [
    ...rows.map(({ note }) => line({ checkpoint: note })),
    line({ tile, hashes: hashes.toString('base64') }),
  ]
}

/** The fewest complete subtrees that cover the leaves from `start` to `end`. */
async function* subtreeLines(
  read: TileReader,
  treeSize: number,
  start: number,
  end: number,
): AsyncGenerator<string, void, undefined> {
  for (let at = start; at < end; ) {
    let level = 0
    while (at % 2 ** (level + 1) === 0 && at + 2 ** (level + 1) <= end) level += 1
    const index = at / 2 ** level
    const hash = await completeNode(read, treeSize, level, index)
    yield line({ subtree: { level, index, hash: hash.toString('base64') } })
    at += 2 ** level
  }
}

function line(value: object): string {
  return `${JSON.stringify(value)}\n`
}
