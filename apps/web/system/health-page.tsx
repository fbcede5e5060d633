import type { SeriesAnswer, SeriesPoint } from '@countersign/sdk/wire/series.ts'
import { Notice } from '@countersign/ui/notice.tsx'
import { Chart } from '@countersign/web-kit/chart/chart.tsx'
import type { LineOf } from '@countersign/web-kit/chart/chart-lines.ts'
import { Charts } from '@countersign/web-kit/chart/charts.tsx'
import { RangePicker } from '@countersign/web-kit/chart/range-picker.tsx'
import { BACK_DEFAULT, rangeFromText, rangeToText, stepFor } from '@countersign/web-kit/chart/time-range.ts'
import { useSeries } from '@countersign/web-kit/chart/use-series.ts'
import { useClient } from '@countersign/web-kit/client-context.tsx'
import { useMe } from '@countersign/web-kit/me-context.tsx'
import { useText } from '@countersign/web-kit/messages.ts'
import { upstreamsQuery } from '@countersign/web-kit/queries.ts'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { useMemo } from 'react'
import type { UrlSearch } from '../url-search.ts'
import styles from './system.module.css'
import { troubleBands } from './trouble-bands.ts'
import { upstreamTone } from './upstream-tones.ts'
import { WhatIsWrong } from './what-is-wrong.tsx'

const route = getRouteApi('/signed-in/system/health')
const GROUP = 'health'
const MINUTE_S = 60
const CLASSES = [
  { key: 'reads', tone: 'first', text: 'health.class.reads' },
  { key: 'changes', tone: 'second', text: 'health.class.changes' },
  { key: 'deliveries', tone: 'third', text: 'health.class.deliveries' },
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
  range: ReturnType<typeof rangeFromText>
  onRange: (range: ReturnType<typeof rangeFromText>) => void
}

function HealthCharts({ range, onRange }: Ranged) {
  const t = useText()
  const connectors = useQuery(upstreamsQuery(useClient())).data?.connectors
  const names = useMemo(() => (connectors ?? []).map(({ name }) => name).toSorted(), [connectors])
  const stepS = stepFor(range, MINUTE_S)
  const perMinute = ({ n }: SeriesPoint) => (n * MINUTE_S) / stepS
  const high = (point: SeriesPoint) => point.high
  const byUpstream = (
    series: SeriesAnswer | undefined,
    value: (point: SeriesPoint) => number | null,
  ): LineOf[] =>
    names.map((name) => ({
      key: name,
      label: name,
      of: name,
      tone: upstreamTone(name, names),
      series,
      value,
    }))
  const byClass = (
    series: SeriesAnswer | undefined,
    value: (point: SeriesPoint) => number | null,
  ): LineOf[] => CLASSES.map(({ key, tone, text }) => ({ key, label: t(text), of: key, tone, series, value }))

  const trouble = useSeries([{ name: 'upstream_paused' }, { name: 'upstream_circuits_open' }], range, stepS, {
    unit: 'count',
    lines: () => [],
  })
  const bands = useMemo(
    () => names.flatMap((name) => troubleBands(trouble.found, name, stepS, t)),
    [names, trouble.found, stepS, t],
  )
  const answers = useSeries([{ name: 'http_answers' }], range, stepS, {
    unit: 'seconds',
    lines: (found) => byClass(found.http_answers, ({ p99 }) => p99),
  })
  const asked = useSeries([{ name: 'http_answers' }, { name: 'http_failures' }], range, stepS, {
    unit: 'perMinute',
    lines: (found) => [
      ...byClass(found.http_answers, perMinute),
      {
        ...{ key: 'failed', label: t('health.failed'), of: 'all', tone: 'bad', value: perMinute },
        series: found.http_failures && together(found.http_failures),
      },
    ],
  })
  const upstreams = useSeries([{ name: 'upstream_calls' }], range, stepS, {
    unit: 'seconds',
    lines: (found) => byUpstream(found.upstream_calls, ({ p99 }) => p99),
  })
  const failures = useSeries([{ name: 'upstream_failures' }], range, stepS, {
    unit: 'perMinute',
    lines: (found) => byUpstream(found.upstream_failures, perMinute),
  })
  const waiting = useSeries([{ name: 'effects_waiting' }], range, stepS, {
    unit: 'count',
    lines: (found) => byUpstream(found.effects_waiting, high),
  })
  const unheard = useSeries([{ name: 'upstream_unheard' }], range, stepS, {
    unit: 'seconds',
    lines: (found) => byUpstream(found.upstream_unheard, high),
  })
  const behind = useSeries([{ name: 'projection_behind' }, { name: 'audit_unwitnessed' }], range, stepS, {
    unit: 'seconds',
    lines: (found) => [
      {
        ...{ key: 'lists', label: t('health.lists'), of: 'all', tone: 'first', value: high },
        series: found.projection_behind && together(found.projection_behind),
      },
      {
        ...{ key: 'audit', label: t('health.unwitnessed'), of: 'audit_log', tone: 'second', value: high },
        series: found.audit_unwitnessed,
      },
    ],
  })
  const approvals = useSeries([{ name: 'approvals_oldest' }], range, stepS, {
    unit: 'seconds',
    lines: (found) => [
      {
        ...{ key: 'oldest', label: t('health.approvals'), of: 'all', tone: 'first', value: high },
        series: found.approvals_oldest && together(found.approvals_oldest),
      },
    ],
  })
  const shared = { group: GROUP, onRange: (from: number, to: number) => onRange({ from, to }) }
  return (
    <>
      <RangePicker range={range} onRange={onRange} />
      <h2 className={styles.subheading}>{t('health.console')}</h2>
      <Charts>
        <Chart question={t('health.q.console')} note={t('health.p99.note')} source={answers} {...shared} />
        <Chart question={t('health.q.asked')} note={t('health.perMinute')} source={asked} {...shared} />
        <Chart question={t('health.q.behind')} source={behind} {...shared} />
        <Chart question={t('health.q.approvals')} source={approvals} {...shared} />
      </Charts>
      <h2 className={styles.subheading}>{t('health.upstreams')}</h2>
      <Charts>
        <Chart
          question={t('health.q.answers')}
          note={t('health.p99.note')}
          {...{ source: upstreams, bands, ...shared }}
        />
        <Chart
          question={t('health.q.failures')}
          note={t('health.perMinute')}
          {...{ source: failures, bands, ...shared }}
        />
        <Chart question={t('health.q.waiting')} {...{ source: waiting, bands, ...shared }} />
        <Chart question={t('health.q.unheard')} {...{ source: unheard, bands, ...shared }} />
      </Charts>
    </>
  )
}

/** All labels as one: added up where they count, the highest where they say how things stand. */
function together(answer: SeriesAnswer): SeriesAnswer {
  const all = new Map<string, SeriesPoint>()
  for (const point of answer.series.flatMap(({ points }) => points)) {
    const known = all.get(point.at)
    all.set(
      point.at,
      known === undefined
        ? point
        : { ...point, n: known.n + point.n, high: Math.max(known.high ?? 0, point.high ?? 0) },
    )
  }
  return { ...answer, series: [{ label: 'all', points: [...all.values()] }] }
}
