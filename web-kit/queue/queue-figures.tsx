import type { Queue } from '@countersign/sdk/wire/queues.ts'
import { useState } from 'react'
import { type LineOf, pointValues } from '../chart/chart-lines.ts'
import { Charts } from '../chart/charts.tsx'
import { HeatMap } from '../chart/heat-map.tsx'
import { MeasuredChart } from '../chart/measured-chart.tsx'
import type { TimeRange } from '../chart/time-range.ts'
import { useSeries } from '../chart/use-series.ts'
import { useStep } from '../chart/use-step.ts'
import { formatDuration } from '../duration.ts'
import { type Translate, useLanguage, useText } from '../messages.ts'

const MINUTE_S = 60
/** What came and went is counted by the quarter of an hour. */
const QUARTER_S = 900
const HOUR_S = 3_600
const HOUR_MS = HOUR_S * 1000
/** Some weeks, so that one odd day is not the picture; as many hours as are answered at once. */
const HEAT_DAYS = 30

/** T-08: how a queue has been doing: how much waits, how old it is, what comes and goes, and how long it takes. */
export function QueueFigures({
  queue,
  range,
  onRange,
}: {
  queue: Queue
  range: TimeRange
  onRange: (from: number, to: number) => void
}) {
  const t = useText()
  const language = useLanguage()
  const levels = { range, stepS: useStep(range, MINUTE_S) }
  const flows = { range, stepS: useStep(range, QUARTER_S) }
  const lines = linesOf(queue.name, t)
  const limit = limitOf(queue, t('figures.sla'))
  const shared = { label: queue.name, group: 'queue', level: 'h2', onRange } as const
  const level = { measured: levels, ...shared }
  const flow = { measured: flows, ...shared }
  return (
    <Charts>
      <MeasuredChart question={t('figures.q.waiting')} lines={lines.waiting} unit="count" {...level} />
      <MeasuredChart
        question={t('figures.q.oldest')}
        note={t('figures.byClock')}
        lines={lines.oldest}
        unit="seconds"
        limit={limit}
        {...level}
      />
      <MeasuredChart
        question={t('figures.q.flow')}
        note={t('figures.flow.note', { each: formatDuration(flows.stepS * 1000, language) })}
        lines={lines.flow}
        unit="count"
        {...flow}
      />
      <MeasuredChart
        question={t('figures.q.took')}
        note={t('figures.took.note')}
        lines={lines.took}
        unit="seconds"
        limit={limit}
        {...flow}
      />
      <MeasuredChart
        question={t('figures.q.inTime')}
        note={inTimeNote(queue, t, language)}
        lines={lines.inTime}
        unit="share"
        {...flow}
      />
      <WhenItComes label={queue.name} />
    </Charts>
  )
}

function linesOf(label: string, t: Translate): Record<Question, readonly LineOf[]> {
  const line = (key: string, text: string, tone: LineOf['tone'], series: string, value: LineOf['value']) => ({
    ...{ key, label: t(text), tone, series, of: label, value },
  })
  const { high, n, p50, p90 } = pointValues
  return {
    waiting: [
      line('waiting', 'figures.waiting', 'first', 'queue_waiting', high),
      line('late', 'figures.late', 'bad', 'queue_late', high),
    ],
    oldest: [line('oldest', 'figures.oldest', 'first', 'queue_oldest', high)],
    flow: [
      line('opened', 'figures.opened', 'second', 'queue_opened', n),
      line('resolved', 'figures.resolved', 'third', 'queue_resolved', n),
    ],
    took: [
      line('p50', 'figures.half', 'first', 'queue_resolved', p50),
      line('p90', 'figures.nineTenths', 'second', 'queue_resolved', p90),
    ],
    inTime: [{ ...line('share', 'figures.inTime', 'third', 'queue_in_time', n), shareOf: 'queue_resolved' }],
  }
}

type Question = 'waiting' | 'oldest' | 'flow' | 'took' | 'inTime'

/** Ages are by the clock: what is allowed is compared with them only where it counts by the clock too. */
function limitOf({ sla }: Queue, label: string): { value: number; label: string } | null {
  if (!sla || sla.calendar !== undefined || sla.own_deadlines === true) return null
  return { value: sla.hours * HOUR_S, label }
}

function inTimeNote({ sla }: Queue, t: Translate, language: string): string | undefined {
  if (!sla) return undefined
  return t(sla.own_deadlines === true ? 'figures.inTime.ownNote' : 'figures.inTime.note', {
    length: formatDuration(sla.hours * HOUR_MS, language),
    calendar: sla.calendar ?? t('figures.dayAndNight'),
  })
}

/** By hour and weekday; over some weeks up to when the page was opened. */
function WhenItComes({ label }: { label: string }) {
  const t = useText()
  const [weeks] = useState(() => {
    const to = Date.now()
    return { from: to - HEAT_DAYS * 24 * HOUR_MS, to }
  })
  const source = useSeries([{ name: 'queue_opened', label }], { range: weeks, stepS: HOUR_S })
  return (
    <HeatMap
      question={t('figures.q.when')}
      note={t('figures.when.note', { days: HEAT_DAYS })}
      series="queue_opened"
      source={source}
    />
  )
}
