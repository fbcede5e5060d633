import type { Client } from '@countersign/sdk/client.ts'
import type { SeriesAnswer } from '@countersign/sdk/wire/series.ts'
import { type UseQueryResult, useQueries } from '@tanstack/react-query'
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
/** Over which time, by which steps in seconds; none of the series may be kept by a wider one only. */
export type Measured = { readonly range: TimeRange; readonly stepS: number }
export type SeriesRead = Pick<ChartSource, 'error' | 'retry'> & {
  /** Absent while it is on its way, or cannot be read. */
  readonly found: SeriesFound | undefined
}

/** Reads series over a range of time, and again every half minute while it ends now. */
export function useSeries(wanted: readonly SeriesWanted[], measured: Measured): SeriesRead {
  return useQueries({ queries: useQueriesOf(wanted, measured), combine: (results) => readOf(results) })
}

/**
 * A chart of series, read as {@link useSeries} does.
 *
 * @param label of which label alone the series are read; absent: of all
 */
export function useChart(
  lines: readonly LineOf[],
  measured: Measured & { readonly unit: ChartUnit; readonly label?: string | undefined },
): ChartSource {
  const { range, stepS, unit, label } = measured
  const names = new Set(lines.flatMap(({ series, shareOf }) => [series, ...(shareOf ? [shareOf] : [])]))
  const wanted = [...names].map((name) => ({ name, ...(label === undefined ? {} : { label }) }))
  return useQueries({
    queries: useQueriesOf(wanted, measured),
    combine: (results) => {
      const { found, error, retry } = readOf(results)
      // The charts of a page move on together: the range is as it was when it was read last.
      const readAt = Math.max(...results.map(({ dataUpdatedAt }) => dataUpdatedAt))
      const data = found && {
        ...chartLines(stepS, readAt, found, lines),
        ...rangeAt(range, readAt),
        ...{ stepS, unit },
      }
      return { data, error, retry }
    },
  })
}

function useQueriesOf(wanted: readonly SeriesWanted[], { range, stepS }: Measured) {
  const client = useClient()
  const timeZone = zoneName(useStoredValue(zone))
  return wanted.map((one) => seriesQuery(client, one, { range, stepS }, timeZone))
}

function seriesQuery(
  client: Client,
  { name, label }: SeriesWanted,
  { range, stepS }: Measured,
  timeZone: string,
) {
  return {
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
  }
}

function readOf(results: readonly UseQueryResult<SeriesAnswer>[]): SeriesRead {
  const answers = results.flatMap(({ data }) => data ?? [])
  const failed = results.find(({ isError, data }) => isError && data === undefined)
  return {
    found:
      answers.length === results.length
        ? Object.fromEntries(answers.map((one) => [one.name, one]))
        : undefined,
    error: failed?.error ?? null,
    retry: () => {
      for (const result of results) if (result.isError) void result.refetch()
    },
  }
}
