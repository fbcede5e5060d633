import { Facts } from '@countersign/ui/facts.tsx'
import { Chart, type ChartSource } from '@countersign/web-kit/chart/chart.tsx'
import type { ChartUnit } from '@countersign/web-kit/chart/chart-data.ts'
import { Charts } from '@countersign/web-kit/chart/charts.tsx'
import { RangePicker } from '@countersign/web-kit/chart/range-picker.tsx'
import {
  BACK_DEFAULT,
  type Back,
  rangeAt,
  rangeFromText,
  rangeToText,
  type TimeRange,
} from '@countersign/web-kit/chart/time-range.ts'
import { useClient } from '@countersign/web-kit/client-context.tsx'
import { useLanguage, useText } from '@countersign/web-kit/messages.ts'
import { numberFormat } from '@countersign/web-kit/number-format.ts'
import { SectionHeading } from '@countersign/web-kit/section-heading.tsx'
import { useUrlParam } from '@countersign/web-kit/use-url-param.ts'
import { useQuery } from '@tanstack/react-query'
import styles from './gateway.module.css'
import type { MetricsAnswer } from './gateway-data.ts'
import { type MinuteLine, minutesOf } from './minutes-of.ts'

/** The server shows at most a day at once. */
const BACKS_SHOWN: readonly Back[] = ['1h', '24h']
/** Figures are by the minute. */
const READ_AGAIN_MS = 30_000

/** Message ids by code; another is shown as it is. */
const ERRORS: Readonly<Record<string, string>> = {
  gateway_timeout: 'platform.error.gatewayTimeout',
  gateway_error: 'platform.error.gatewayError',
  network_unavailable: 'platform.error.networkUnavailable',
  insufficient_funds: 'platform.error.insufficientFunds',
  do_not_honour: 'platform.error.doNotHonour',
  expired_card: 'platform.error.expiredCard',
  suspected_fraud: 'platform.error.suspectedFraud',
}

/** P-04: how payments have fared by a gateway, by the minute. */
export function GatewayFigures({ id }: { id: string }) {
  const t = useText()
  const language = useLanguage()
  const [shown, show] = useUrlParam('range')
  const range = shownRange(shown)
  const setRange = (next: TimeRange) => {
    const text = rangeToText(next)
    show(text === BACK_DEFAULT ? undefined : text)
  }
  const { data, error, refetch } = useMetrics(id, range)
  const source = (lines: readonly MinuteLine[], unit: ChartUnit): ChartSource => ({
    data: data && minutesOf(data, lines, unit),
    error,
    retry: () => void refetch(),
  })
  const shared = {
    ...{ group: 'gateway', level: 'h3' as const },
    onRange: (from: number, to: number) => setRange({ from, to }),
  }
  const ms = (value: number | null) => (value === null ? null : value / 1_000)
  return (
    <section className={styles.figures}>
      <SectionHeading>{t('platform.gateway.figures')}</SectionHeading>
      <RangePicker range={range} backs={BACKS_SHOWN} onRange={setRange} />
      <Charts>
        <Chart
          question={t('platform.gateway.q.rate')}
          note={t('platform.gateway.q.rate.note')}
          source={source(
            [
              {
                ...{ key: 'rate', label: t('platform.gateway.successRate'), tone: 'first', none: null },
                value: ({ success_rate }) => success_rate,
              },
            ],
            'share',
          )}
          {...shared}
        />
        <Chart
          question={t('platform.gateway.q.latency')}
          source={source(
            [
              {
                ...{ key: 'p50', label: t('platform.gateway.half'), tone: 'first', none: null },
                value: ({ latency }) => ms(latency.p50_ms),
              },
              {
                ...{ key: 'p95', label: t('platform.gateway.p95'), tone: 'second', none: null },
                value: ({ latency }) => ms(latency.p95_ms),
              },
              {
                ...{ key: 'p99', label: t('platform.gateway.p99'), tone: 'third', none: null },
                value: ({ latency }) => ms(latency.p99_ms),
              },
            ],
            'seconds',
          )}
          {...shared}
        />
        <Chart
          question={t('platform.gateway.q.volume')}
          source={source(
            [
              {
                ...{ key: 'captured', label: t('platform.gateway.captured'), tone: 'first', none: 0 },
                value: ({ captured }) => captured,
              },
              {
                ...{ key: 'declined', label: t('platform.gateway.declined'), tone: 'second', none: 0 },
                value: ({ declined }) => declined,
              },
              {
                ...{ key: 'failed', label: t('platform.gateway.failed'), tone: 'bad', none: 0 },
                value: ({ failed }) => failed,
              },
            ],
            'count',
          )}
          {...shared}
        />
      </Charts>
      {data === undefined ? null : (
        <>
          <SectionHeading>{t('platform.gateway.errors')}</SectionHeading>
          {data.errors.length === 0 ? (
            <p>{t('platform.gateway.noErrors')}</p>
          ) : (
            <Facts
              facts={data.errors.map(({ code, count }) => {
                const label = ERRORS[code]
                return {
                  label: label === undefined ? code : t(label),
                  value: numberFormat(language).format(count),
                }
              })}
            />
          )}
        </>
      )}
    </section>
  )
}

/** Of how far back there is nothing to be shown at once, the usual is. */
function shownRange(text: string | undefined): TimeRange {
  const range = rangeFromText(text)
  return 'back' in range && !BACKS_SHOWN.includes(range.back) ? { back: BACK_DEFAULT } : range
}

function useMetrics(id: string, range: TimeRange) {
  const client = useClient()
  return useQuery({
    queryKey: ['gateway-metrics', id, rangeToText(range)],
    queryFn: async ({ signal }) => {
      const { from, to } = rangeAt(range, Date.now())
      const window = { from: new Date(from).toISOString(), to: new Date(to).toISOString() }
      const path = `/api/ops/gateway-health/${encodeURIComponent(id)}/metrics`
      return (await client.read<MetricsAnswer>(path, window, signal)).data
    },
    ...('back' in range ? { refetchInterval: READ_AGAIN_MS } : {}),
  })
}
