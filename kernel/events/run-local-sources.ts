import { oneAtATime } from '../db/one-at-a-time.ts'
import { pause } from '../db/run-as-leader.ts'
import { type Duty, unwatched } from '../duties/duty-log.ts'
import { ingestEvents } from './ingest-events.ts'
import type { LocalSource, Looking } from './local-source.ts'

const LOOK_INTERVAL_MS = 1_000
/** After a fault of ours it is left alone for this long. */
const FAULT_PAUSE_MS = 5_000

type LocalSourcesOptions = Looking & {
  readonly sources: readonly LocalSource[]
  /** Watches each round of a source. */
  readonly duty?: (source: string) => Duty
  readonly report: (what: { level: 'error'; message: string; error: unknown }) => void
}

/** Has each console look at what it finds out by itself, until the signal fires; one at a time per source over all processes. */
export async function runLocalSources(options: LocalSourcesOptions): Promise<void> {
  const { pool, sealer, sources, signal, report, duty = () => unwatched } = options
  await Promise.all(
    sources.map(async (source) => {
      const watched = duty(source.source)
      while (!signal.aborted) {
        try {
          const more = await watched(() =>
            oneAtATime(pool, `look ${source.source}`, async () => {
              const found = await source.look({ pool, sealer, signal })
              if (found.events.length > 0) await ingestEvents(pool, sealer, source, found.events)
              await found.kept?.()
              return found.more
            }),
          )
          if (more !== true) await pause(LOOK_INTERVAL_MS, signal)
        } catch (error) {
          if (signal.aborted) return
          report({ level: 'error', message: `${source.source} could not look further; it goes on`, error })
          await pause(FAULT_PAUSE_MS, signal)
        }
      }
    }),
  )
}
