import type pg from 'pg'
import { OWNER } from '../db/migrate.ts'
import { withClient } from '../db/with-client.ts'
import type { Projection, ProjectionSecrets } from './define-projection.ts'
import { applyStep } from './projector.ts'
import { type TableDifference, tableDifference } from './table-difference.ts'

/** Events at a time; a rebuild has the tables that it fills to itself. */
const REBUILD_BATCH = 20_000
/** The last events are applied while the old tables stand still; so many at most. */
const LAST_STRETCH_EVENTS = 2_000
/** The swap waits so long for those who read, and is tried again. */
const SWAP_LOCK_TIMEOUT_MS = 2_000
const SWAP_TRIES_MAX = 30
/** PostgreSQL: lock_not_available. */
const LOCK_TIMED_OUT = '55P03'

/** What a table holds, whatever the order of its rows. */
export type TableChecksum = { readonly table: string; readonly rows: number; readonly checksum: string }

export type Rebuilt = {
  readonly projection: string
  readonly events: number
  readonly leftOut: number
  /** What was there, at the same position, and what was made of the events. */
  readonly before: readonly TableChecksum[]
  readonly after: readonly TableChecksum[]
  readonly identical: boolean
  /** Of each table that was not the same, what differed. */
  readonly differences: readonly TableDifference[]
  readonly swapped: boolean
}

export type RebuildOptions = {
  readonly swap: boolean
  /** For projections that derive from sealed values. */
  readonly secrets?: ProjectionSecrets
  readonly onProgress?: (position: number, shown: number) => void
}

/**
 * Makes a projection's tables anew from the first event on, beside the ones that go on being read and written; at the
 * end both stand at the same position, are compared, and the new ones take the old ones' place.
 *
 * @param pool a login that may become the owner (`DATABASE_URL`)
 * @param swap false: compares only (`projections check`)
 * @throws Error where another rebuild of the same runs, or the swap finds no moment without readers
 */
export async function rebuildProjection(
  pool: pg.Pool,
  projection: Projection,
  options: RebuildOptions,
): Promise<Rebuilt> {
  return withClient(
    pool,
    async (client) => {
      await client.query(`SET ROLE ${OWNER}`)
      const { rows: lock } = await client.query<{ held: boolean }>(
        `SELECT pg_try_advisory_lock(hashtext('rebuild ' || $1)) AS held`,
        [projection.name],
      )
      if (!lock[0]?.held) throw new Error(`${projection.name} is being rebuilt already.`)
      for (const table of projection.tables) {
        await client.query('SELECT kernel.make_next_generation($1::regclass)', [table])
      }
      try {
        return await fillAndSwap(client, projection, options)
      } finally {
        for (const table of projection.tables) await client.query(`DROP TABLE IF EXISTS ${table}__next`)
      }
    },
    // The role and the lock end with the connection.
    { keep: false },
  )
}

async function fillAndSwap(
  client: pg.PoolClient,
  projection: Projection,
  { swap, secrets, onProgress }: RebuildOptions,
): Promise<Rebuilt> {
  const leftOut = new Map<number, string>()
  const { rows } = await client.query<{ position: string; skipped_by: string }>(
    'SELECT position, skipped_by FROM kernel.projection_left_out WHERE projection = $1 AND skipped_by IS NOT NULL',
    [projection.name],
  )
  const skipped = new Map(rows.map(({ position, skipped_by }) => [Number(position), skipped_by]))
  const fill = async (from: number, to: number) => {
    let at = from
    while (at < to) {
      const step = await applyStep(
        client,
        projection,
        `__next`,
        at,
        Math.min(to, at + REBUILD_BATCH),
        secrets,
        new Set(skipped.keys()),
      )
      if (step.leftOut) leftOut.set(step.to, step.leftOut.message)
      at = step.to
    }
    return at
  }
  let reached = 0
  for (;;) {
    // Never past what the tables being read show: they could not be compared, and both would have to go back.
    const shown = await shownTo(client, projection)
    onProgress?.(reached, shown)
    if (shown - reached <= LAST_STRETCH_EVENTS) break
    await client.query('BEGIN')
    reached = await fill(reached, Math.min(shown, reached + REBUILD_BATCH))
    await client.query('COMMIT')
  }
  for (const table of projection.tables) await client.query(`ANALYZE ${table}__next`)
  for (let tries = 1; ; tries += 1) {
    try {
      return await finish(client, projection, swap, reached, fill, { leftOut, skipped })
    } catch (error) {
      await client.query('ROLLBACK')
      if ((error as { code?: string }).code !== LOCK_TIMED_OUT) throw error
      if (tries === SWAP_TRIES_MAX) {
        throw new Error(`${projection.name} is read without a pause; nothing was swapped. Try again.`, {
          cause: error,
        })
      }
    }
  }
}

/** In one transaction: the projector is kept out, the rest applied, both compared, and the tables change places. */
async function finish(
  client: pg.PoolClient,
  projection: Projection,
  swap: boolean,
  reached: number,
  fill: (from: number, to: number) => Promise<number>,
  {
    leftOut,
    skipped,
  }: { readonly leftOut: ReadonlyMap<number, string>; readonly skipped: ReadonlyMap<number, string> },
): Promise<Rebuilt> {
  await client.query('BEGIN')
  await client.query(`SET LOCAL lock_timeout = ${SWAP_LOCK_TIMEOUT_MS}`)
  await client.query('SELECT FROM kernel.projection WHERE name = $1 FOR UPDATE', [projection.name])
  const position = await fill(reached, await shownTo(client, projection))
  const before = await checksums(client, projection, '')
  const after = await checksums(client, projection, '__next')
  const differing = before.filter(
    ({ rows, checksum }, n) => after[n]?.rows !== rows || after[n]?.checksum !== checksum,
  )
  const differences: TableDifference[] = []
  for (const { table } of differing) differences.push(await tableDifference(client, table, `${table}__next`))
  if (swap) {
    for (const table of projection.tables) {
      const name = table.slice(table.indexOf('.') + 1)
      await client.query(`ALTER TABLE ${table} RENAME TO ${name}__old`)
      await client.query(`ALTER TABLE ${table}__next RENAME TO ${name}`)
      await client.query(`DROP TABLE ${table}__old`)
    }
    await client.query(
      `INSERT INTO kernel.projection (name, generation, position) VALUES ($1, 2, $2)
       ON CONFLICT (name) DO UPDATE SET generation = kernel.projection.generation + 1, position = $2, failing = NULL,
                                        failing_at = NULL, failures = 0, retry_at = NULL,
                                        updated_at = clock_timestamp()`,
      [projection.name, position],
    )
    await client.query('DELETE FROM kernel.projection_left_out WHERE projection = $1', [projection.name])
    for (const [at, why] of leftOut) {
      await client.query(
        'INSERT INTO kernel.projection_left_out (projection, position, why, skipped_by) VALUES ($1, $2, $3, $4)',
        [projection.name, at, why, skipped.get(at) ?? null],
      )
    }
    await client.query('COMMIT')
  } else {
    await client.query('ROLLBACK')
  }
  return {
    projection: projection.name,
    events: position,
    leftOut: leftOut.size,
    before,
    after,
    identical: differences.length === 0,
    differences,
    swapped: swap,
  }
}

/** Up to where the projection shows events; of one that has never been worked on, up to where there are any. */
async function shownTo(client: pg.PoolClient, projection: Projection): Promise<number> {
  const { rows } = await client.query<{ position: string }>(
    `SELECT coalesce((SELECT position FROM kernel.projection WHERE name = $1),
                     (SELECT position FROM kernel.event_head), 0) AS position`,
    [projection.name],
  )
  return Number(rows[0]?.position ?? 0)
}

async function checksums(
  client: pg.PoolClient,
  projection: Projection,
  generation: '' | '__next',
): Promise<TableChecksum[]> {
  const found: TableChecksum[] = []
  for (const table of projection.tables) {
    const { rows } = await client.query<{ rows: string; checksum: string }>(
      // A sum, unlike an exclusive or, tells a row that is there twice.
      `SELECT count(*) AS rows, coalesce(sum(hashtextextended(t::text, 0)::numeric), 0)::text AS checksum
         FROM ${table}${generation} t`,
    )
    found.push({ table, rows: Number(rows[0]?.rows ?? 0), checksum: rows[0]?.checksum ?? '' })
  }
  return found
}
