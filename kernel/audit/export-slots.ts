import { Readable } from 'node:stream'

/** Each holds a connection and a snapshot; fewer than the explorer has connections, so that it never waits for them. */
export const EXPORTS_MAX = 2
/** Whoever takes nothing for so long is not there any more, or asleep. */
export const STALLED_AFTER_MS = 30_000

export type ExportSlots = {
  /**
   * Streams what `chunks` yields to one reader, as fast as it takes it.
   *
   * @returns undefined where {@link EXPORTS_MAX} are under way already; nothing has been read of `chunks` then
   */
  readonly stream: (chunks: AsyncIterable<string | Uint8Array>) => Readable | undefined
}

/** Exports under way in this process: a few at a time, each ended when its reader takes no more of it. */
export function makeExportSlots(
  limits: { readonly max: number; readonly stalledAfterMs: number } = {
    max: EXPORTS_MAX,
    stalledAfterMs: STALLED_AFTER_MS,
  },
): ExportSlots {
  let underWay = 0
  return {
    stream(chunks) {
      if (underWay >= limits.max) return undefined
      underWay += 1
      const readable = Readable.from(
        taken(chunks, limits.stalledAfterMs, (error) => readable.destroy(error)),
        {
          objectMode: false,
        },
      )
      readable.once('close', () => {
        underWay -= 1
      })
      return readable
    },
  }
}

/** What has been yielded is taken within a time, or it is over. */
async function* taken<Chunk>(
  chunks: AsyncIterable<Chunk>,
  withinMs: number,
  stalled: (error: Error) => void,
): AsyncGenerator<Chunk, void, undefined> {
  for await (const chunk of chunks) {
    const timer = setTimeout(
      () => stalled(new Error(`an export was left: nothing of it was taken for ${withinMs} ms`)),
      withinMs,
    )
    try {
      yield chunk
    } finally {
      clearTimeout(timer)
    }
  }
}
