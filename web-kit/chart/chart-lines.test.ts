import type { SeriesAnswer, SeriesPoint } from '@countersign/sdk/wire/series.ts'
import { expect, test } from 'vitest'
import { chartLines } from './chart-lines.ts'

const MINUTE_S = 60

function answer(label: string, values: Record<string, number>): SeriesAnswer {
  const points = Object.entries(values).map(
    ([time, n]): SeriesPoint => ({
      at: `2026-11-22T${time}:00Z`,
      ...{ n, total: n, low: n, high: n, p50: null, p90: null, p99: null },
    }),
  )
  return { name: 'x', measure: 'level', unit: 'items', step_s: MINUTE_S, series: [{ label, points }] }
}
const line = (key: string, series: SeriesAnswer | undefined) => ({
  ...{ key, label: key, of: key, tone: 'first' as const, series },
  value: ({ high }: SeriesPoint) => high,
})
const clock = (at: number) => new Date(at).toISOString().slice(11, 16)

test('X-10 lines share their steps, in order; where one was not measured it has no value, and not nought', () => {
  const { times, lines } = chartLines(MINUTE_S, [
    line('a', answer('a', { '10:00': 1, '10:02': 3 })),
    line('b', answer('b', { '10:01': 0, '10:02': 5 })),
    line('c', undefined),
  ])
  expect(times.map(clock)).toEqual(['10:00', '10:01', '10:02'])
  expect(lines.map(({ values }) => values)).toEqual([
    [1, null, 3],
    [null, 0, 5],
    [null, null, null],
  ])
})

test('X-10 no line is drawn across a time in which nothing was measured', () => {
  const { times, lines } = chartLines(MINUTE_S, [
    line('a', answer('a', { '10:00': 1, '10:01': 2, '11:00': 3 })),
  ])
  expect(times.map(clock)).toEqual(['10:00', '10:01', '10:02', '11:00'])
  expect(lines[0]?.values).toEqual([1, 2, null, 3])
})

test('X-10 a day of 25 hours is one step, and no gap', () => {
  const days = ['2026-10-24T22:00:00Z', '2026-10-25T23:00:00Z', '2026-10-26T23:00:00Z']
  const series = answer('a', {})
  const points = days.map((at) => ({ at, n: 1, total: 1, low: 1, high: 1, p50: null, p90: null, p99: null }))
  const { times } = chartLines(86_400, [line('a', { ...series, series: [{ label: 'a', points }] })])
  expect(times).toHaveLength(3)
})
