import type { ChartTone } from '@countersign/web-kit/chart/chart-data.ts'

const TONES: readonly ChartTone[] = ['first', 'second', 'third', 'fourth', 'fifth']

/** The same colour for an upstream on every page: by its place among all of them, by name. */
export function upstreamTone(name: string, all: readonly string[]): ChartTone {
  return TONES[all.toSorted().indexOf(name) % TONES.length] ?? 'first'
}
