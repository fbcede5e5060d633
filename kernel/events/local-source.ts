import type pg from 'pg'
import type { Json } from '../personal-data/canonical-json.ts'
import type { Sealer } from '../personal-data/sealing.ts'
import type { IngestSource } from './ingest-source.ts'

export type Looking = {
  /** As `countersign_sequencer`. */
  readonly pool: pg.Pool
  readonly sealer: Sealer
  readonly signal: AbortSignal
}

export type Found = {
  /** Each with an id of its own that it has again when it is found again: it is then kept once. */
  readonly events: readonly Json[]
  /** Once they are kept: notes that they were found. */
  readonly kept?: () => Promise<void>
  /** Whether there is more to look at right away. */
  readonly more: boolean
}

/**
 * What a console finds out by itself from what it was told, in steps of its own. What it finds is kept as an upstream's events
 * are: under the name of the source, sealed, each once. Nothing comes in from outside in that name.
 */
export type LocalSource = Pick<IngestSource, 'source' | 'map'> & {
  /** One step of at most a second or so; killed in it, the same step is made again. */
  readonly look: (looking: Looking) => Promise<Found>
}
