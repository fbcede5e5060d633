import { Chart } from '@countersign/web-kit/chart/chart.tsx'
import type { ChartBand } from '@countersign/web-kit/chart/chart-data.ts'
import { Charts } from '@countersign/web-kit/chart/charts.tsx'
import { RangePicker } from '@countersign/web-kit/chart/range-picker.tsx'
import { BACK_DEFAULT, stepFor, type TimeRange } from '@countersign/web-kit/chart/time-range.ts'
import { useSeries } from '@countersign/web-kit/chart/use-series.ts'
import { useText } from '@countersign/web-kit/messages.ts'
import { useMemo, useState } from 'react'
import { troubleBands } from './trouble-bands.ts'

const GROUP = 'upstream'
const MINUTE_S = 60

/** T-10: how one upstream has been: how it answers, how often it fails, and what waits for it. */
export function UpstreamCharts({ name }: { name: string }) {
  const t = useText()
  const [range, setRange] = useState<TimeRange>({ back: BACK_DEFAULT })
  const stepS = stepFor(range, MINUTE_S)
  const label = name
  const line = { of: name }
  const trouble = useSeries(
    [
      { name: 'upstream_paused', label },
      { name: 'upstream_circuits_open', label },
    ],
    range,
    stepS,
    { unit: 'count', lines: () => [] },
  )
  const bands: readonly ChartBand[] = useMemo(
    () => troubleBands(trouble.found, name, stepS, t),
    [trouble.found, name, stepS, t],
  )
  const answers = useSeries([{ name: 'upstream_calls', label }], range, stepS, {
    unit: 'seconds',
    lines: (found) => [
      {
        ...{ ...line, key: 'p50', label: t('figures.half'), tone: 'first', value: ({ p50 }) => p50 },
        series: found.upstream_calls,
      },
      {
        ...{ ...line, key: 'p99', label: t('health.p99'), tone: 'second', value: ({ p99 }) => p99 },
        series: found.upstream_calls,
      },
    ],
  })
  const perMinute = (n: number) => (n * MINUTE_S) / stepS
  const calls = useSeries(
    [
      { name: 'upstream_calls', label },
      { name: 'upstream_failures', label },
    ],
    range,
    stepS,
    {
      unit: 'perMinute',
      lines: (found) => [
        {
          ...{
            ...line,
            key: 'calls',
            label: t('health.calls'),
            tone: 'first',
            value: ({ n }) => perMinute(n),
          },
          series: found.upstream_calls,
        },
        {
          ...{
            ...line,
            key: 'failed',
            label: t('health.failed'),
            tone: 'bad',
            value: ({ n }) => perMinute(n),
          },
          series: found.upstream_failures,
        },
      ],
    },
  )
  const waiting = useSeries([{ name: 'effects_waiting', label }], range, stepS, {
    unit: 'count',
    lines: (found) => [
      {
        ...{ ...line, key: 'waiting', label: t('health.waiting'), tone: 'first', value: ({ high }) => high },
        series: found.effects_waiting,
      },
    ],
  })
  const unheard = useSeries([{ name: 'upstream_unheard', label }], range, stepS, {
    unit: 'seconds',
    lines: (found) => [
      {
        ...{ ...line, key: 'unheard', label: t('health.unheard'), tone: 'first', value: ({ high }) => high },
        series: found.upstream_unheard,
      },
    ],
  })
  const shared = {
    bands,
    group: GROUP,
    onRange: (from: number, to: number) => setRange({ from, to }),
  }
  return (
    <>
      <RangePicker range={range} onRange={setRange} />
      <Charts>
        <Chart question={t('health.q.answers')} source={answers} {...shared} />
        <Chart question={t('health.q.calls')} note={t('health.perMinute')} source={calls} {...shared} />
        <Chart question={t('health.q.waiting')} source={waiting} {...shared} />
        <Chart question={t('health.q.unheard')} source={unheard} {...shared} />
      </Charts>
    </>
  )
}
