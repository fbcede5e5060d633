import { oneAtATime } from '../db/one-at-a-time.ts'
import { type Bell, unrung } from '../duties/bell.ts'
import { type Duty, unwatched } from '../duties/duty-log.ts'
import { pause } from '../time/pause.ts'
import { ingestEvents } from './ingest-events.ts'
import type { LocalSource, Looking } from './local-source.ts'

const LOOK_INTERVAL_MS = 1_000
/** After a fault of ours it is left alone for this long. */
const FAULT_PAUSE_MS = 5_000

type LocalSourcesOptions = Looking & {
  readonly sources: readonly LocalSource[]
  /** Rung when something new was taken in, so that lists follow at once. */
  readonly bell?: Pick<Bell, 'ring'>
  /** Watches each round of a source. */
  readonly duty?: (source: string) => Duty
  readonly report: (what: { level: 'error'; message: string; error: unknown }) => void
}

/** After so many rounds that found only what was kept, or could not be kept, before: it goes round in a circle. */
const ROUNDS_WITHOUT_NEWS_MAX = 3

/** A source finds the same again and again, and comes to nothing else. */
class StandsStill extends Error {
  override readonly name = 'StandsStill'
}

/** Has each console look at what it finds out by itself, until the signal fires; one at a time per source over all processes. */
export async function runLocalSources(options: LocalSourcesOptions): Promise<void> {
  const { pool, sealer, sources, signal, report, duty = () => unwatched, bell = unrung } = options
  await Promise.all(
    sources.map(async (source) => {
      const watched = duty(source.source)
      let withoutNews = 0
      while (!signal.aborted) {
        try {
          const more = await watched(() =>
            oneAtATime(pool, `look ${source.source}`, async () => {
              const found = await source.look({ pool, sealer, signal })
              const kept = found.events.length > 0 && (await ingestEvents(pool, sealer, source, found.events))
              if (kept && kept.accepted > 0) bell.ring()
              await found.kept?.()
              withoutNews = kept && kept.accepted === 0 ? withoutNews + 1 : 0
              if (withoutNews >= ROUNDS_WITHOUT_NEWS_MAX) {
                throw new StandsStill(`found nothing new ${withoutNews} times in a row`)
              }
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
