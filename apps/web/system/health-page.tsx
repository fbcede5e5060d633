import { Notice } from '@countersign/ui/notice.tsx'
import type { ChartTone } from '@countersign/web-kit/chart/chart-data.ts'
import { ALL, type LineOf, type PointValue, pointValues } from '@countersign/web-kit/chart/chart-lines.ts'
import { Charts } from '@countersign/web-kit/chart/charts.tsx'
import { MeasuredChart } from '@countersign/web-kit/chart/measured-chart.tsx'
import { RangePicker } from '@countersign/web-kit/chart/range-picker.tsx'
import {
  BACK_DEFAULT,
  rangeFromText,
  rangeToText,
  type TimeRange,
} from '@countersign/web-kit/chart/time-range.ts'
import { type Measured, useSeries } from '@countersign/web-kit/chart/use-series.ts'
import { useStep } from '@countersign/web-kit/chart/use-step.ts'
import { useClient } from '@countersign/web-kit/client-context.tsx'
import { useMe } from '@countersign/web-kit/me-context.tsx'
import { useText } from '@countersign/web-kit/messages.ts'
import { upstreamsQuery } from '@countersign/web-kit/queries.ts'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { useMemo } from 'react'
import { upstreamWords } from '../consoles.ts'
import type { UrlSearch } from '../url-search.ts'
import styles from './system.module.css'
import { TROUBLES, troubleBands } from './trouble-bands.ts'
import { upstreamTone } from './upstream-tones.ts'
import { WhatIsWrong } from './what-is-wrong.tsx'

const route = getRouteApi('/signed-in/system/health')
const MINUTE_S = 60
const CLASSES = [
  { key: 'reads', tone: 'first', text: 'health.class.reads' },
  { key: 'changes', tone: 'second', text: 'health.class.changes' },
  { key: 'deliveries', tone: 'third', text: 'health.class.deliveries' },
  { key: 'sign_ins', tone: 'fourth', text: 'health.class.signIns' },
] as const

/** T-10: what is wrong now, and how the console and its upstreams have been, over one range of time. */
export function HealthPage() {
  const t = useText()
  const search = route.useSearch() as UrlSearch
  const navigate = route.useNavigate()
  const reads = useMe().permissions.includes('kernel:read')
  if (!reads) {
    return <Notice page title={t('problem.forbidden')} actions={<Link to="/">{t('notFound.home')}</Link>} />
  }
  const show = (text: string) =>
    void navigate({ to: '.', search: text === BACK_DEFAULT ? {} : { range: text }, replace: true })
  return (
    <div className={styles.page}>
      <title>{t('page.title', { page: t('health.title') })}</title>
      <h1 className={styles.heading}>{t('health.title')}</h1>
      <WhatIsWrong />
      <HealthCharts range={rangeFromText(search.range)} onRange={(range) => show(rangeToText(range))} />
    </div>
  )
}

type Ranged = {
  range: TimeRange
  onRange: (range: TimeRange) => void
}

function HealthCharts({ range, onRange }: Ranged) {
  const t = useText()
  const measured = { range, stepS: useStep(range, MINUTE_S) }
  const shared = {
    ...{ measured, group: 'health' },
    onRange: (from: number, to: number) => onRange({ from, to }),
  }
  return (
    <>
      <RangePicker range={range} onRange={onRange} />
      <h2 className={styles.subheading}>{t('health.console')}</h2>
      <Charts>
        <ConsoleCharts {...shared} />
      </Charts>
      <h2 className={styles.subheading}>{t('health.upstreams')}</h2>
      <Charts>
        <UpstreamsCharts {...shared} />
      </Charts>
    </>
  )
}

type Shared = { measured: Measured; group: string; onRange: (from: number, to: number) => void }

function ConsoleCharts(shared: Shared) {
  const t = useText()
  const byClass = (series: string, value: PointValue): LineOf[] =>
    CLASSES.map(({ key, tone, text }) => ({ key, label: t(text), of: key, tone, series, value }))
  const together = (series: string, text: string, tone: ChartTone, value: PointValue): LineOf => ({
    ...{ key: series, label: t(text), of: ALL, tone, series, value },
  })
  const { p99, perMinute, high } = pointValues
  return (
    <>
      <MeasuredChart
        question={t('health.q.console')}
        note={t('health.p99.note')}
        lines={byClass('http_answers', p99)}
        unit="seconds"
        {...shared}
      />
      <MeasuredChart
        question={t('health.q.asked')}
        note={t('health.perMinute')}
        lines={[
          ...byClass('http_answers', perMinute),
          together('http_failures', 'health.failed', 'bad', perMinute),
        ]}
        unit="perMinute"
        {...shared}
      />
      <MeasuredChart
        question={t('health.q.behind')}
        lines={[
          together('projection_behind', 'health.lists', 'first', high),
          together('audit_unwitnessed', 'health.unwitnessed', 'second', high),
        ]}
        unit="seconds"
        {...shared}
      />
      <MeasuredChart
        question={t('health.q.approvals')}
        lines={[together('approvals_oldest', 'health.approvals', 'first', high)]}
        unit="seconds"
        {...shared}
      />
    </>
  )
}

function UpstreamsCharts(shared: Shared) {
  const t = useText()
  const { measured } = shared
  const connectors = useQuery(upstreamsQuery(useClient())).data?.connectors
  const names = useMemo(() => (connectors ?? []).map(({ name }) => name).toSorted(), [connectors])
  const { found } = useSeries(TROUBLES, measured)
  const bands = useMemo(
    () =>
      names.flatMap((name) =>
        troubleBands(found, { name, called: upstreamWords(name, t) }, measured.stepS, t),
      ),
    [names, found, measured.stepS, t],
  )
  const byUpstream = (series: string, value: PointValue): LineOf[] =>
    names.map((name) => ({
      ...{
        key: name,
        label: upstreamWords(name, t),
        of: name,
        tone: upstreamTone(name, names),
        series,
        value,
      },
    }))
  const { p99, perMinute, high } = pointValues
  const banded = { bands, ...shared }
  return (
    <>
      <MeasuredChart
        question={t('health.q.answers')}
        note={t('health.p99.note')}
        lines={byUpstream('upstream_calls', p99)}
        unit="seconds"
        {...banded}
      />
      <MeasuredChart
        question={t('health.q.failures')}
        note={t('health.perMinute')}
        lines={byUpstream('upstream_failures', perMinute)}
        unit="perMinute"
        {...banded}
      />
      <MeasuredChart
        question={t('health.q.waiting')}
        lines={byUpstream('effects_waiting', high)}
        unit="count"
        {...banded}
      />
      <MeasuredChart
        question={t('health.q.unheard')}
        lines={byUpstream('upstream_unheard', high)}
        unit="seconds"
        {...banded}
      />
    </>
  )
}
