import type { ChartBand } from '@countersign/web-kit/chart/chart-data.ts'
import type { SeriesFound, SeriesWanted } from '@countersign/web-kit/chart/use-series.ts'
import type { Translate } from '@countersign/web-kit/messages.ts'

const WORDS = {
  upstream_paused: 'health.band.paused',
  upstream_circuits_open: 'health.band.open',
} as const
/** The series that it is made of. */
export const TROUBLES: readonly SeriesWanted[] = Object.keys(WORDS).map((name) => ({ name }))
/** Of more, the newest: a sentence of a hundred is read by nobody. */
const BANDS_MAX = 12

/** When people held an upstream back, or a process of ours left it alone, as far as the minutes say; the newest last. */
export function troubleBands(
  found: SeriesFound | undefined,
  { name: upstream, called }: { readonly name: string; readonly called: string },
  stepS: number,
  t: Translate,
): readonly ChartBand[] {
  if (found === undefined) return []
  const stepMs = stepS * 1000
  const bands = Object.entries(WORDS).flatMap(([name, text]) => {
    const points = found[name]?.series.find(({ label }) => label === upstream)?.points ?? []
    const label = t('health.band', { upstream: called, what: t(text) })
    const held: { from: number; to: number; label: string }[] = []
    for (const { at, high } of points) {
      if ((high ?? 0) === 0) continue
      const from = Date.parse(at)
      const last = held.at(-1)
      if (last !== undefined && last.to >= from) last.to = from + stepMs
      else held.push({ from, to: from + stepMs, label })
    }
    return held
  })
  return bands.sort((a, b) => a.from - b.from).slice(-BANDS_MAX)
}
