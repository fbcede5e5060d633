import { Button } from '@countersign/ui/button.tsx'
import { Facts } from '@countersign/ui/facts.tsx'
import { Chart, type ChartSource } from '@countersign/web-kit/chart/chart.tsx'
import type { ChartUnit } from '@countersign/web-kit/chart/chart-data.ts'
import { Charts } from '@countersign/web-kit/chart/charts.tsx'
import { useClient } from '@countersign/web-kit/client-context.tsx'
import { useLanguage, useText } from '@countersign/web-kit/messages.ts'
import { numberFormat } from '@countersign/web-kit/number-format.ts'
import { SectionHeading } from '@countersign/web-kit/section-heading.tsx'
import { ZoneNote } from '@countersign/web-kit/time.tsx'
import { useUrlParam } from '@countersign/web-kit/use-url-param.ts'
import { useQuery } from '@tanstack/react-query'
import type { MetricsAnswer } from './gateway-data.ts'
import { type MinuteLine, minutesOf } from './minutes-of.ts'

const HOUR_MS = 3_600_000
/** So long back from now; the server shows at most a day at once. */
const SPANS = {
  '1h': { hours: 1, label: 'platform.gateway.last1h' },
  '6h': { hours: 6, label: 'platform.gateway.last6h' },
  '24h': { hours: 24, label: 'platform.gateway.last24h' },
} as const
type Span = keyof typeof SPANS
const SPAN_DEFAULT: Span = '1h'
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
  const span: Span = shown !== undefined && Object.hasOwn(SPANS, shown) ? (shown as Span) : SPAN_DEFAULT
  const { data, error, refetch } = useMetrics(id, span)
  const source = (lines: readonly MinuteLine[], unit: ChartUnit): ChartSource => ({
    data: data && minutesOf(data, lines, unit),
    error,
    retry: () => void refetch(),
  })
  const shared = { group: 'gateway', level: 'h3' as const }
  const ms = (value: number | null) => (value === null ? null : value / 1_000)
  return (
    <section>
      <SectionHeading>{t('platform.gateway.figures')}</SectionHeading>
      <p>
        {(Object.keys(SPANS) as Span[]).map((one) => (
          <Button
            key={one}
            size="small"
            variant={one === span ? 'plain' : 'quiet'}
            aria-pressed={one === span}
            onClick={() => show(one === SPAN_DEFAULT ? undefined : one)}
          >
            {t(SPANS[one].label)}
          </Button>
        ))}
        <ZoneNote />
      </p>
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

function useMetrics(id: string, span: Span) {
  const client = useClient()
  return useQuery({
    queryKey: ['gateway-metrics', id, span],
    queryFn: async ({ signal }) => {
      const to = Date.now()
      const window = {
        from: new Date(to - SPANS[span].hours * HOUR_MS).toISOString(),
        to: new Date(to).toISOString(),
      }
      const path = `/api/ops/gateway-health/${encodeURIComponent(id)}/metrics`
      return (await client.read<MetricsAnswer>(path, window, signal)).data
    },
    refetchInterval: READ_AGAIN_MS,
  })
}
