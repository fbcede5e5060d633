import type { ChartData, ChartTone } from '@countersign/web-kit/chart/chart-data.ts'
import type { MetricsAnswer } from './gateway-data.ts'

const MINUTE_S = 60
const MINUTE_MS = MINUTE_S * 1_000

type Minute = MetricsAnswer['data']['minutes'][number]

/** What of each minute a line shows: `none` where there was no payment, which of a count is nought and of a rate is nothing. */
export type MinuteLine = {
  readonly key: string
  readonly label: string
  readonly tone: ChartTone
  readonly value: (minute: Minute) => number | null
  readonly none: 0 | null
}

/** Every whole minute of the window, in order. The one that is under way is left out: it is not over. */
export function minutesOf(
  { from, to, minutes }: MetricsAnswer['data'],
  lines: readonly MinuteLine[],
  unit: ChartData['unit'],
): ChartData {
  const first = Math.ceil(Date.parse(from) / MINUTE_MS) * MINUTE_MS
  const times: number[] = []
  for (let at = first; at + MINUTE_MS <= Date.parse(to); at += MINUTE_MS) times.push(at)
  const known = new Map(minutes.map((minute) => [Date.parse(minute.at), minute]))
  return {
    ...{ times, from: Date.parse(from), to: Date.parse(to), stepS: MINUTE_S, unit },
    lines: lines.map(({ key, label, tone, value, none }) => ({
      ...{ key, label, tone },
      values: times.map((at) => {
        const minute = known.get(at)
        return minute === undefined ? none : value(minute)
      }),
    })),
  }
}
