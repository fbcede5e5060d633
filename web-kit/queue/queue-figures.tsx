import type { Queue } from '@countersign/sdk/wire/queues.ts'
import type { SeriesPoint } from '@countersign/sdk/wire/series.ts'
import { useState } from 'react'
import { Chart } from '../chart/chart.tsx'
import { Charts } from '../chart/charts.tsx'
import { HeatMap } from '../chart/heat-map.tsx'
import { stepFor, type TimeRange } from '../chart/time-range.ts'
import { useSeries } from '../chart/use-series.ts'
import { formatDuration } from '../duration.ts'
import { useLanguage, useText } from '../messages.ts'

const GROUP = 'queue'
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
  const levelStep = stepFor(range, MINUTE_S)
  const flowStep = stepFor(range, QUARTER_S)
  const label = queue.name
  const high = (point: SeriesPoint) => point.high
  const sla = queue.sla?.hours
  const line = { of: label }

  const waiting = useSeries(
    [
      { name: 'queue_waiting', label },
      { name: 'queue_late', label },
    ],
    range,
    levelStep,
    {
      unit: 'count',
      lines: (found) => [
        {
          ...{ ...line, key: 'waiting', label: t('figures.waiting'), tone: 'first', value: high },
          series: found.queue_waiting,
        },
        {
          ...{ ...line, key: 'late', label: t('figures.late'), tone: 'bad', value: high },
          series: found.queue_late,
        },
      ],
    },
  )
  const oldest = useSeries([{ name: 'queue_oldest', label }], range, levelStep, {
    unit: 'seconds',
    lines: (found) => [
      {
        ...{ ...line, key: 'oldest', label: t('figures.oldest'), tone: 'first', value: high },
        series: found.queue_oldest,
      },
    ],
  })
  const flow = useSeries(
    [
      { name: 'queue_opened', label },
      { name: 'queue_resolved', label },
    ],
    range,
    flowStep,
    {
      unit: 'count',
      lines: (found) => [
        {
          ...{ ...line, key: 'opened', label: t('figures.opened'), tone: 'second', value: ({ n }) => n },
          series: found.queue_opened,
        },
        {
          ...{ ...line, key: 'resolved', label: t('figures.resolved'), tone: 'third', value: ({ n }) => n },
          series: found.queue_resolved,
        },
      ],
    },
  )
  const took = useSeries([{ name: 'queue_resolved', label }], range, flowStep, {
    unit: 'seconds',
    lines: (found) => [
      {
        ...{ ...line, key: 'p50', label: t('figures.half'), tone: 'first', value: ({ p50 }) => p50 },
        series: found.queue_resolved,
      },
      {
        ...{ ...line, key: 'p90', label: t('figures.nineTenths'), tone: 'second', value: ({ p90 }) => p90 },
        series: found.queue_resolved,
      },
    ],
  })
  const inTime = useSeries(
    [
      { name: 'queue_in_time', label },
      { name: 'queue_resolved', label },
    ],
    range,
    flowStep,
    {
      unit: 'share',
      lines: (found) => {
        const done = new Map(
          found.queue_resolved?.series.flatMap(({ points }) => points.map(({ at, n }) => [at, n])),
        )
        return [
          {
            ...{ ...line, key: 'share', label: t('figures.inTime'), tone: 'third' },
            series: found.queue_in_time,
            // Of none that was done there is no share.
            value: ({ at, n }) => {
              const of = done.get(at) ?? 0
              return of === 0 ? null : n / of
            },
          },
        ]
      },
    },
  )
  const [weeks] = useState(() => {
    const to = Date.now()
    return { from: to - HEAT_DAYS * 24 * HOUR_MS, to }
  })
  const heat = useSeries([{ name: 'queue_opened', label }], weeks, HOUR_S, { unit: 'count', lines: () => [] })
  const each = formatDuration(flowStep * 1000, language)
  const limit = sla === undefined ? null : { value: sla * HOUR_S, label: t('figures.sla') }
  const shared = { group: GROUP, level: 'h2', onRange } as const
  return (
    <Charts>
      <Chart question={t('figures.q.waiting')} source={waiting} {...shared} />
      <Chart question={t('figures.q.oldest')} source={oldest} limit={limit} {...shared} />
      <Chart
        question={t('figures.q.flow')}
        note={t('figures.flow.note', { each })}
        source={flow}
        {...shared}
      />
      <Chart
        question={t('figures.q.took')}
        note={t('figures.took.note')}
        source={took}
        limit={limit}
        {...shared}
      />
      <Chart
        question={t('figures.q.inTime')}
        note={
          !queue.sla
            ? undefined
            : t('figures.inTime.note', {
                length: formatDuration(queue.sla.hours * HOUR_MS, language),
                calendar: queue.sla.calendar ?? t('figures.dayAndNight'),
              })
        }
        source={inTime}
        {...shared}
      />
      <HeatMap
        question={t('figures.q.when')}
        note={t('figures.when.note', { days: HEAT_DAYS })}
        counts={(heat.found?.queue_opened?.series ?? []).flatMap(({ points }) =>
          points.map(({ at, n }) => ({ at: Date.parse(at), n })),
        )}
      />
    </Charts>
  )
}
