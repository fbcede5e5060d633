import { useLanguage } from '../messages.ts'
import type { ChartUnit } from './chart-data.ts'
import { formatValue } from './chart-format.ts'

/** A value as it is written, and exactly for whoever reads the page by program. */
export function Value({ of, unit }: { of: number | null; unit: ChartUnit }) {
  const text = formatValue(of, unit, useLanguage())
  return of === null ? text : <data value={String(of)}>{text}</data>
}
