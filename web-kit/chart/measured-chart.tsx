import { Chart, type ChartProps } from './chart.tsx'
import type { ChartUnit } from './chart-data.ts'
import type { LineOf } from './chart-lines.ts'
import { type Measured, useChart } from './use-series.ts'

/** A chart of series: its question, its lines, and over which time. */
export function MeasuredChart({
  lines,
  unit,
  label,
  measured,
  ...chart
}: Omit<ChartProps, 'source'> & {
  lines: readonly LineOf[]
  unit: ChartUnit
  /** Of which label alone the series are read; absent: of all. */
  label?: string
  measured: Measured
}) {
  return <Chart {...chart} source={useChart(lines, { ...measured, unit, label })} />
}
