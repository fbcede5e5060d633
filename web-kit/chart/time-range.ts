/** What the charts of a page show: so long back from now, or between two instants. */
export type TimeRange = { readonly back: Back } | { readonly from: number; readonly to: number }
export type Back = '1h' | '24h' | '7d' | '90d'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
export const BACKS: Readonly<Record<Back, number>> = {
  '1h': HOUR_MS,
  '24h': DAY_MS,
  '7d': 7 * DAY_MS,
  '90d': 90 * DAY_MS,
}
export const BACK_DEFAULT: Back = '24h'
/** As the server answers them. */
const STEPS_S = [60, 300, 900, 3_600, 21_600, 86_400] as const
/** More steps than this are hardly told apart on a chart. */
const STEPS_MAX = 300
const SHORTEST_MS = 60_000
/** Minutes are kept for three days; a little less, so that what is asked for is still there when it is read. */
const MINUTES_KEPT_MS = 3 * DAY_MS - HOUR_MS
const QUARTER_S = 900

/** `7d`, or `2026-11-20T08:00Z..2026-11-20T12:00Z`, as an address has it; anything else is the default. */
export function rangeFromText(text: string | undefined): TimeRange {
  if (text !== undefined && Object.hasOwn(BACKS, text)) return { back: text as Back }
  const [from, to] = (text ?? '').split('..').map((part) => Date.parse(part))
  const holds = from !== undefined && to !== undefined && to - from >= SHORTEST_MS
  return holds ? { from, to } : { back: BACK_DEFAULT }
}

export function rangeToText(range: TimeRange): string {
  if ('back' in range) return range.back
  const text = (at: number) => `${new Date(at).toISOString().slice(0, 'yyyy-mm-ddThh:mm'.length)}Z`
  return `${text(range.from)}..${text(range.to)}`
}

/** @param now ms since 1970 */
export function rangeAt(range: TimeRange, now: number): { from: number; to: number } {
  return 'back' in range ? { from: now - BACKS[range.back], to: now } : range
}

/**
 * The narrowest step that is kept of all of the range and still told apart.
 *
 * @param finestS by which the series is kept at first
 * @param now ms since 1970
 */
export function stepFor(range: TimeRange, finestS: number, now: number): number {
  const { from, to } = rangeAt(range, now)
  const kept = now - from > MINUTES_KEPT_MS ? Math.max(finestS, QUARTER_S) : finestS
  const fits = STEPS_S.filter((step) => step >= kept && (to - from) / 1000 / step <= STEPS_MAX)
  return fits[0] ?? 86_400
}
