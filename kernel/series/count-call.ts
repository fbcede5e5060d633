import { classOfRoute } from './class-of-route.ts'
import type { SeriesRecorder } from './record-series.ts'

const SERVER_ERROR = 500

/** An answer of this server: how long it took, and whether it is the server's own failure. */
export function countAnswer(
  series: SeriesRecorder,
  { route, method, status, seconds }: { route: string; method: string; status: number; seconds: number },
): void {
  const kind = classOfRoute(method, route)
  if (kind === undefined) return
  series.took('http_answers', kind, seconds)
  series.count('http_failures', kind, status >= SERVER_ERROR ? 1 : 0)
}

/** A call to an upstream: `outcome` is the status that it answered, or why there was no answer. */
export function countCall(
  series: SeriesRecorder,
  { upstream, outcome, seconds }: { upstream: string; outcome: string; seconds: number },
): void {
  const status = Number(outcome)
  series.took('upstream_calls', upstream, seconds)
  series.count('upstream_failures', upstream, Number.isNaN(status) || status >= SERVER_ERROR ? 1 : 0)
}
