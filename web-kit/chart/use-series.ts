import type { SeriesAnswer } from '@countersign/sdk/wire/series.ts'
import { useQueries } from '@tanstack/react-query'
import { useClient } from '../client-context.tsx'
import { zone, zoneName } from '../preferences.ts'
import { useStoredValue } from '../stored-value.ts'
import type { ChartSource } from './chart.tsx'
import type { ChartUnit } from './chart-data.ts'
import { chartLines, type LineOf } from './chart-lines.ts'
import { rangeAt, rangeToText, type TimeRange } from './time-range.ts'

/** Figures are put down once a minute. */
const READ_AGAIN_MS = 30_000

export type SeriesWanted = { readonly name: string; readonly label?: string }
/** What was answered, by the series' name. */
export type SeriesFound = Readonly<Record<string, SeriesAnswer>>

/**
 * Reads series over a range of time, and again every half minute while it ends now.
 *
 * @param stepS seconds; none of the series may be kept by a wider one only
 * @param lines what is drawn of them
 */
export function useSeries(
  wanted: readonly SeriesWanted[],
  range: TimeRange,
  stepS: number,
  { unit, lines }: { unit: ChartUnit; lines: (found: SeriesFound) => readonly LineOf[] },
): ChartSource & { readonly found: SeriesFound | undefined } {
  const client = useClient()
  const timeZone = zoneName(useStoredValue(zone))
  return useQueries({
    queries: wanted.map(({ name, label }) => ({
      queryKey: ['series', name, label ?? null, rangeToText(range), stepS, timeZone],
      queryFn: ({ signal }: { signal: AbortSignal }) => {
        const { from, to } = rangeAt(range, Date.now())
        const query = {
          from: new Date(from).toISOString(),
          to: new Date(to).toISOString(),
          step: String(stepS),
          time_zone: timeZone,
          ...(label === undefined ? {} : { label }),
        }
        return client.series(name, query, signal)
      },
      ...('back' in range ? { refetchInterval: READ_AGAIN_MS } : {}),
    })),
    combine: (results) => {
      const answers = results.flatMap(({ data }) => data ?? [])
      const failed = results.find(({ isError, data }) => isError && data === undefined)
      const complete = answers.length === wanted.length
      const found = complete ? Object.fromEntries(answers.map((one) => [one.name, one])) : undefined
      return {
        found,
        data: found && { ...chartLines(stepS, lines(found)), ...asked(range, results), stepS, unit },
        error: failed?.error ?? null,
        retry: () => {
          for (const result of results) if (result.isError) void result.refetch()
        },
      }
    },
  })
}

/** The range as it was when it was read last: the charts of a page move on together. */
function asked(range: TimeRange, results: readonly { readonly dataUpdatedAt: number }[]) {
  return rangeAt(range, Math.max(...results.map(({ dataUpdatedAt }) => dataUpdatedAt)))
}
