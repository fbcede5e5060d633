import type pg from 'pg'
import { HASH_BYTES, TILE_WIDTH, type TileReader } from './merkle.ts'

/** Anything that runs a query: a pool, or a client inside a transaction. */
export type Queryable = Pick<pg.Pool, 'query'>

/** A tile that the tree's size says is there cannot be read: rows have been removed. */
export class TileMissingError extends Error {
  readonly level: number
  readonly index: number
  constructor(level: number, index: number, width: number, found: number) {
    super(`Tile ${level}/${index} of the audit log should hold ${width} hashes and holds ${found}.`)
    this.name = 'TileMissingError'
    this.level = level
    this.index = index
  }
}

/**
 * Reads tiles from the database: full ones as stored, partial ones from the leaves, or from the roots of the full
 * tiles one level down. What is read never changes, so no snapshot is needed.
 *
 * @throws TileMissingError
 */
export function databaseTiles(database: Queryable): TileReader {
  return async (level, index, width) => {
    const hashes = Buffer.concat(
      width === TILE_WIDTH
        ? await fullTile(database, level, index)
        : level === 0
          ? await leaves(database, index, width)
          : await roots(database, level - 1, index, width),
    )
    if (hashes.length !== width * HASH_BYTES) {
      throw new TileMissingError(level, index, width, hashes.length / HASH_BYTES)
    }
    return hashes
  }
}

async function fullTile(database: Queryable, level: number, index: number): Promise<Buffer[]> {
  const { rows } = await database.query<{ hashes: Buffer }>(
    'SELECT hashes FROM kernel.audit_tile WHERE level = $1 AND tile_index = $2',
    [level, index],
  )
  return rows.map((row) => row.hashes)
}

async function leaves(database: Queryable, index: number, width: number): Promise<Buffer[]> {
  const first = index * TILE_WIDTH
  const { rows } = await database.query<{ leaf_hash: Buffer }>(
    'SELECT leaf_hash FROM kernel.audit_leaf WHERE leaf_index >= $1 AND leaf_index < $2 ORDER BY leaf_index',
    [first, first + width],
  )
  return rows.map((row) => row.leaf_hash)
}

async function roots(database: Queryable, level: number, index: number, width: number): Promise<Buffer[]> {
  const first = index * TILE_WIDTH
  const { rows } = await database.query<{ root: Buffer }>(
    `SELECT root FROM kernel.audit_tile
      WHERE level = $1 AND tile_index >= $2 AND tile_index < $3 ORDER BY tile_index`,
    [level, first, first + width],
  )
  return rows.map((row) => row.root)
}
