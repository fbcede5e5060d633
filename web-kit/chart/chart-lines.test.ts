import type { SeriesAnswer, SeriesPoint } from '@countersign/sdk/wire/series.ts'
import { expect, test } from 'vitest'
import { drawnFrom } from './chart-data.ts'
import { ALL, chartLines, pointValues } from './chart-lines.ts'

const MINUTE_S = 60

const at = (time: string, day = '2026-11-22') => `${day}T${time}:00Z`
const AFTER = Date.parse('2026-11-24T00:00:00Z')

function answer(
  values: Record<string, number>,
  measure: SeriesAnswer['measure'] = 'level',
  label = 'of',
): SeriesAnswer {
  const points = Object.entries(values).map(
    ([time, n]): SeriesPoint => ({
      at: at(time),
      ...{ n, total: n, low: n, high: n, p50: null, p90: null, p99: null },
    }),
  )
  return { name: 'x', measure, unit: 'items', step_s: MINUTE_S, series: [{ label, points }] }
}
const line = (series: string, value: keyof typeof pointValues = 'high') => ({
  ...{ key: series, label: series, of: 'of', tone: 'first' as const, series, value: pointValues[value] },
})
const clock = (at: number) => new Date(at).toISOString().slice(11, 16)

test('X-10 lines share their steps, in order; where one was not measured it has no value, and not nought', () => {
  const { times, lines } = chartLines(
    MINUTE_S,
    AFTER,
    { a: answer({ '10:00': 1, '10:02': 3 }), b: answer({ '10:01': 0, '10:02': 5 }) },
    [line('a'), line('b'), line('c')],
  )
  expect(times.map(clock)).toEqual(['10:00', '10:01', '10:02'])
  expect(lines.map(({ values }) => values)).toEqual([
    [1, null, 3],
    [null, 0, 5],
    [null, null, null],
  ])
})

test('X-10 no line is drawn across a time in which nothing was measured', () => {
  const { times, lines } = chartLines(
    MINUTE_S,
    AFTER,
    { a: answer({ '10:00': 1, '10:01': 2, '11:00': 3 }) },
    [line('a')],
  )
  expect(times.map(clock)).toEqual(['10:00', '10:01', '10:02', '11:00'])
  expect(lines[0]?.values).toEqual([1, 2, null, 3])
})

test('X-10 a day of 25 hours is one step, and no gap', () => {
  const days = ['2026-10-24T22:00:00Z', '2026-10-25T23:00:00Z', '2026-10-26T23:00:00Z']
  const points = days.map((at) => ({ at, n: 1, total: 1, low: 1, high: 1, p50: null, p90: null, p99: null }))
  const { times } = chartLines(86_400, AFTER, { a: { ...answer({}), series: [{ label: 'of', points }] } }, [
    line('a'),
  ])
  expect(times).toHaveLength(3)
})

test('X-10 the step that has only begun is no fall: what is counted in it is left out, and how things stand is not', () => {
  const values = { '10:00': 90, '10:05': 3 }
  const found = { calls: answer(values, 'duration'), waiting: answer(values) }
  const lines = [line('calls', 'perMinute'), line('waiting')]
  const { lines: drawn } = chartLines(300, Date.parse(at('10:06')), found, lines)
  expect(drawn.map(({ values: each }) => each)).toEqual([
    [18, null],
    [90, 3],
  ])
})

test('X-10 of a long step that is under way, how often is reckoned over the time that it has had', () => {
  const found = { calls: answer({ '10:00': 60, '11:00': 30 }, 'duration') }
  const { lines } = chartLines(3_600, Date.parse(at('11:30')), found, [line('calls', 'perMinute')])
  expect(lines[0]?.values).toEqual([1, 1])
})

test('X-10 a share is of what there was: none where there was nothing', () => {
  const found = {
    in_time: answer({ '10:00': 1, '10:01': 0, '10:02': 0 }, 'count'),
    done: answer({ '10:00': 4, '10:01': 2, '10:02': 0 }, 'count'),
  }
  const { lines } = chartLines(MINUTE_S, AFTER, found, [{ ...line('in_time'), shareOf: 'done' }])
  expect(lines[0]?.values).toEqual([0.25, 0, null])
})

test('X-10 all labels as one: counts are added up, of levels it is the highest', () => {
  const series = [
    ...answer({ '10:00': 2 }, 'level', 'one').series,
    ...answer({ '10:00': 5 }, 'level', 'other').series,
  ]
  const found = { all: { ...answer({}), series } }
  const { lines } = chartLines(MINUTE_S, AFTER, found, [
    { ...line('all', 'n'), of: ALL },
    { ...line('all', 'high'), of: ALL },
  ])
  expect(lines.map(({ values }) => values)).toEqual([[7], [5]])
})

test('X-10 of a time shorter than a step the step is drawn that it lies in', () => {
  const [before, first, second] = ['08:30', '08:45', '09:00'].map((time) => Date.parse(at(time)))
  if (!before || !first || !second) throw new Error('these are no times')
  const from = Date.parse(at('08:40'))
  expect(clock(drawnFrom({ from, times: [before] }))).toBe('08:30')
  // Where a step begins within it, it is drawn as it was asked for.
  expect(clock(drawnFrom({ from, times: [before, first, second] }))).toBe('08:40')
  expect(clock(drawnFrom({ from, times: [] }))).toBe('08:40')
})
