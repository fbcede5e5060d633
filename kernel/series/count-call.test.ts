import { expect, test } from 'vitest'
import { countAnswer, countCall } from './count-call.ts'
import type { SeriesRecorder } from './record-series.ts'

/** What is counted, as `series label n`; how long each took by the way. */
function recorder() {
  const counted: string[] = []
  const series: SeriesRecorder = {
    took: (name, label, seconds) => counted.push(`${name} ${label} ${seconds} s`),
    count: (name, label, n = 1) => counted.push(`${name} ${label} ${n}`),
    run: async () => undefined,
  }
  return { counted, series }
}

test.each([
  [200, 0],
  [404, 0],
  [429, 0],
  [500, 1],
  [503, 1],
])('T-10 an answer of %i counts as so many failures of the server: %i', (status, failures) => {
  const { counted, series } = recorder()
  countAnswer(series, { route: '/v1/queues', method: 'GET', status, seconds: 0.2 })
  expect(counted).toEqual(['http_answers reads 0.2 s', `http_failures reads ${failures}`])
})

test.each([
  ['200', 0],
  ['409', 0],
  ['500', 1],
  ['timeout', 1],
  ['circuit_open', 1],
])('T-10 a call to an upstream that ended with %s counts as so many failures: %i', (outcome, failures) => {
  const { counted, series } = recorder()
  countCall(series, { upstream: 'cts', outcome, seconds: 1 })
  expect(counted).toEqual(['upstream_calls cts 1 s', `upstream_failures cts ${failures}`])
})

test('T-10 what nobody waits for is not counted', () => {
  const { counted, series } = recorder()
  countAnswer(series, { route: '/healthz', method: 'GET', status: 500, seconds: 1 })
  countAnswer(series, { route: '/v1/stream', method: 'GET', status: 200, seconds: 600 })
  expect(counted).toEqual([])
})
