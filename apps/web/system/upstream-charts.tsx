import { type LineOf, pointValues } from '@countersign/web-kit/chart/chart-lines.ts'
import { Charts } from '@countersign/web-kit/chart/charts.tsx'
import { MeasuredChart } from '@countersign/web-kit/chart/measured-chart.tsx'
import { RangePicker } from '@countersign/web-kit/chart/range-picker.tsx'
import {
  BACK_DEFAULT,
  rangeFromText,
  rangeToText,
  type TimeRange,
} from '@countersign/web-kit/chart/time-range.ts'
import { useSeries } from '@countersign/web-kit/chart/use-series.ts'
import { useStep } from '@countersign/web-kit/chart/use-step.ts'
import { useText } from '@countersign/web-kit/messages.ts'
import { useLocation, useNavigate } from '@tanstack/react-router'
import { useMemo } from 'react'
import { upstreamWords } from '../consoles.ts'
import type { UrlSearch } from '../url-search.ts'
import { TROUBLES, troubleBands } from './trouble-bands.ts'

const MINUTE_S = 60

/** T-10: how one upstream has been: how it answers, how often it fails, and what waits for it. */
export function UpstreamCharts({ name }: { name: string }) {
  const t = useText()
  const [range, setRange] = useRangeOfAddress()
  const measured = { range, stepS: useStep(range, MINUTE_S) }
  const { found } = useSeries(
    TROUBLES.map((one) => ({ ...one, label: name })),
    measured,
  )
  const called = upstreamWords(name, t)
  const bands = useMemo(
    () => troubleBands(found, { name, called }, measured.stepS, t),
    [found, name, called, measured.stepS, t],
  )
  const line = (
    text: string,
    tone: LineOf['tone'],
    series: string,
    value: keyof typeof pointValues,
  ): LineOf => ({
    ...{ key: `${series} ${value}`, label: t(text), tone, series, of: name, value: pointValues[value] },
  })
  const shared = {
    ...{ label: name, measured, bands, group: 'upstream', level: 'h2' as const },
    onRange: (from: number, to: number) => setRange({ from, to }),
  }
  return (
    <>
      <RangePicker range={range} onRange={setRange} />
      <Charts>
        <MeasuredChart
          question={t('health.q.itsAnswers')}
          lines={[
            line('figures.half', 'first', 'upstream_calls', 'p50'),
            line('health.p99', 'second', 'upstream_calls', 'p99'),
          ]}
          unit="seconds"
          {...shared}
        />
        <MeasuredChart
          question={t('health.q.calls')}
          note={t('health.perMinute')}
          lines={[
            line('health.calls', 'first', 'upstream_calls', 'perMinute'),
            line('health.failed', 'bad', 'upstream_failures', 'perMinute'),
          ]}
          unit="perMinute"
          {...shared}
        />
        <MeasuredChart
          question={t('health.q.waiting')}
          lines={[line('health.waiting', 'first', 'effects_waiting', 'high')]}
          unit="count"
          {...shared}
        />
        <MeasuredChart
          question={t('health.q.unheard')}
          lines={[line('health.unheard', 'first', 'upstream_unheard', 'high')]}
          unit="seconds"
          {...shared}
        />
      </Charts>
    </>
  )
}

/** the range stands in the address of whichever page it is on, so that a link shows the same. */
function useRangeOfAddress(): [TimeRange, (range: TimeRange) => void] {
  const search = useLocation({ select: (location) => location.search as UrlSearch })
  const navigate = useNavigate()
  const show = (range: TimeRange) => {
    const { range: _before, ...rest } = search
    const text = rangeToText(range)
    void navigate({
      to: '.',
      search: (text === BACK_DEFAULT ? rest : { ...rest, range: text }) as never,
      replace: true,
    })
  }
  return [rangeFromText(search.range), show]
}
