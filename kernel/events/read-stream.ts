import type pg from 'pg'
import type { Json } from '../personal-data/canonical-json.ts'

/** A stream that is folded to be decided on stays short; a longer one needs a snapshot. */
const STREAM_EVENTS_MAX = 1_000

/**
 * The events of one stream in order, committed ones only.
 *
 * @typeParam Payload as those who append to the stream write it
 * @throws Error on a stream past its limit
 */
export async function readStream<Payload = Record<string, Json>>(
  pool: pg.Pool,
  stream: string,
): Promise<{ type: string; payload: Payload }[]> {
  const { rows } = await pool.query<{ type: string; payload: Payload }>({
    name: 'read-stream',
    text: 'SELECT type, payload FROM kernel.event WHERE stream = $1 ORDER BY version LIMIT $2',
    values: [stream, STREAM_EVENTS_MAX + 1],
  })
  if (rows.length > STREAM_EVENTS_MAX)
    throw new Error(`stream ${stream} has more than ${STREAM_EVENTS_MAX} events`)
  return rows
}
