import { expect, test } from 'vitest'
import type { MetricsAnswer } from './gateway-data.ts'
import { minutesOf } from './minutes-of.ts'

const minute = (at: string, captured: number, p95_ms: number | null) => ({
  ...{ at, volume: captured, captured, declined: 0, failed: 0, success_rate: 1 },
  latency: { p50_ms: p95_ms, p95_ms, p99_ms: p95_ms },
})
const data: MetricsAnswer['data'] = {
  ...minute('', 5, 300),
  ...{ gateway_id: 'gw_north', from: '2026-11-23T10:00:30Z', to: '2026-11-23T10:04:20Z' },
  ...{ error_classes: [], errors: [] },
  minutes: [minute('2026-11-23T10:01:00Z', 3, 250), minute('2026-11-23T10:04:00Z', 2, 300)],
}

test('P-04 X-10 every whole minute is there; without a payment a count is nought, and a latency nothing', () => {
  const { times, lines } = minutesOf(
    data,
    [
      { key: 'volume', label: 'Payments', tone: 'first', value: ({ volume }) => volume, none: 0 },
      { key: 'p95', label: '95 in 100', tone: 'second', value: ({ latency }) => latency.p95_ms, none: null },
    ],
    'count',
  )
  expect(times.map((at) => new Date(at).toISOString())).toEqual([
    ...['2026-11-23T10:01:00.000Z', '2026-11-23T10:02:00.000Z', '2026-11-23T10:03:00.000Z'],
  ])
  expect(lines.map(({ values }) => values)).toEqual([
    [3, 0, 0],
    [250, null, null],
  ])
})
