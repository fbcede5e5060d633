import { Badge } from '@countersign/ui/badge.tsx'
import { Notice } from '@countersign/ui/notice.tsx'
import { Skeleton } from '@countersign/ui/skeleton.tsx'
import { useClient } from '@countersign/web-kit/client-context.tsx'
import { EntityLink } from '@countersign/web-kit/entity-link.tsx'
import { useLanguage, useText } from '@countersign/web-kit/messages.ts'
import { numberFormat } from '@countersign/web-kit/number-format.ts'
import { AUDIT_LOG, paths } from '@countersign/web-kit/paths.ts'
import { ProblemNotice } from '@countersign/web-kit/problem-notice.tsx'
import { reasonWords } from '@countersign/web-kit/request/reason-words.ts'
import { securityEvents } from '@countersign/web-kit/security-event.ts'
import { Deadline, RelativeTime } from '@countersign/web-kit/time.tsx'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { type ReactNode, useId } from 'react'
import styles from './dashboard.module.css'
import type { DashboardAnswer, TroubledGateway, UnreadPart } from './dashboard-data.ts'
import { sources } from './entry.ts'
import { BREAKERS, GATEWAY_STATES } from './gateway-states.ts'

/** What comes by itself (a gateway that goes down, a limit that is hit) tells nobody: it is looked for. */
const READ_AGAIN_MS = 15_000

type Data = DashboardAnswer['data']

/** P-10: what needs attention now, each part leading to the list or the record that it counts. */
export default function DashboardPage() {
  const t = useText()
  const client = useClient()
  const query = useQuery({
    // Read again also whenever a request or an alert moves (`touchedQueries`).
    queryKey: ['overview', 'platform'],
    queryFn: ({ signal }) => client.read<DashboardAnswer>('/api/ops/dashboard', {}, signal),
    refetchInterval: READ_AGAIN_MS,
  })
  const data = query.data?.data
  return (
    <div className={styles.page}>
      <header className={styles.head}>
        <h1 className={styles.title}>{t('platform.dashboard')}</h1>
        {data === undefined ? null : (
          <span className={styles.muted}>
            {t('platform.dashboard.asOf')} <RelativeTime at={data.as_of} />
          </span>
        )}
      </header>
      {query.isError ? (
        <ProblemNotice error={query.error} sources={sources} onRetry={() => void query.refetch()} />
      ) : null}
      {query.isPending ? <Skeleton lines={14} label={t('platform.dashboard.reading')} /> : null}
      {data === undefined ? null : <Parts data={data} />}
    </div>
  )
}

function Parts({ data }: { data: Data }) {
  const t = useText()
  return (
    <>
      {isQuiet(data) ? <Notice title={t('platform.dashboard.quiet')} /> : null}
      <div className={styles.parts}>
        <Gateways part={data.gateways} />
        <Approvals part={data.approvals} />
        <Security part={data.security_events} />
        <Merchants part={data.merchants} />
        <Limits part={data.limits} />
        <Changes part={data.recent_changes} />
      </div>
    </>
  )
}

/** Nothing of it calls for anybody; that something was changed does not. */
function isQuiet({ gateways, merchants, limits, approvals, security_events: security }: Data): boolean {
  return (
    gateways.state === 'known' &&
    gateways.needing_attention.length === 0 &&
    merchants.state === 'known' &&
    merchants.suspended.count === 0 &&
    limits.state === 'known' &&
    limits.refused === 0 &&
    approvals.waiting === 0 &&
    security.count === 0
  )
}

function Part({
  title,
  to,
  search,
  figure,
  children,
}: {
  title: string
  /** Where what it counts is listed. */
  to: string
  search?: Record<string, string>
  figure?: ReactNode
  children: ReactNode
}) {
  const heading = useId()
  return (
    <section className={styles.part} aria-labelledby={heading}>
      <h2 id={heading} className={styles.partTitle}>
        <Link to={to} {...(search === undefined ? {} : { search })}>
          {title}
        </Link>
        {figure === undefined ? null : <span className={styles.figure}>{figure}</span>}
      </h2>
      {children}
    </section>
  )
}

function Unread({ part: { source, why } }: { part: UnreadPart }) {
  const t = useText()
  const label = (sources as Record<string, string>)[source]
  return (
    <p className={styles.unread}>
      {t('platform.dashboard.unread', { source: label === undefined ? source : t(label) })}{' '}
      <span className={styles.muted}>{why}</span>
    </p>
  )
}

function Nothing({ children }: { children: string }) {
  return <p className={styles.muted}>{children}</p>
}

function Gateways({ part }: { part: Data['gateways'] }) {
  const t = useText()
  const language = useLanguage()
  const figure = (value: number) => numberFormat(language).format(value)
  const known = part.state === 'known'
  return (
    <Part
      title={t('platform.gatewayHealth')}
      to={paths.list('gateway')}
      {...(known ? { figure: `${figure(part.needing_attention.length)} / ${figure(part.total)}` } : {})}
    >
      {!known ? (
        <Unread part={part} />
      ) : part.needing_attention.length === 0 ? (
        <Nothing>{t('platform.dashboard.gateways.none')}</Nothing>
      ) : (
        <ul className={styles.lines}>
          {part.needing_attention.map((gateway) => (
            <Gateway key={gateway.id} gateway={gateway} />
          ))}
        </ul>
      )}
    </Part>
  )
}

function Gateway({ gateway }: { gateway: TroubledGateway }) {
  const t = useText()
  const language = useLanguage()
  const { id, name, status, since, status_reason: reason, breaker, override } = gateway
  const state = GATEWAY_STATES[status]
  const tripped = breaker.state === 'closed' ? null : BREAKERS[breaker.state]
  return (
    <li>
      <EntityLink to={{ kind: 'gateway', id }}>{name}</EntityLink>{' '}
      {state === undefined ? status : <Badge tone={state.tone}>{t(state.label)}</Badge>}{' '}
      <span className={styles.muted}>
        <RelativeTime at={since} />
        {reason === null ? '' : <> · {<bdi>{reason}</bdi>}</>}
      </span>
      {tripped === null ? null : (
        <div className={styles.detail}>
          {t('platform.gateway.breaker')} <Badge tone={tripped.tone}>{t(tripped.label)}</Badge>{' '}
          {breaker.next_probe_at === null ? null : (
            <span className={styles.muted}>
              {t('platform.gateway.nextProbe')} <RelativeTime at={breaker.next_probe_at} />
            </span>
          )}
        </div>
      )}
      {override === null ? null : (
        <div className={styles.detail}>
          {t('platform.gateway.goesBy')}{' '}
          {t('platform.gateway.percent', { percent: numberFormat(language).format(override.percent) })}{' '}
          <EntityLink to={{ kind: 'gateway', id: override.to }}>{override.to_name ?? override.to}</EntityLink>{' '}
          <span className={styles.muted}>
            {t('platform.gateway.overrideUntil')} <RelativeTime at={override.until} />
          </span>
        </div>
      )}
    </li>
  )
}

function Approvals({ part: { waiting, yours, next_expires_at: expires } }: { part: Data['approvals'] }) {
  const t = useText()
  const language = useLanguage()
  return (
    <Part
      title={t('platform.dashboard.approvals')}
      to={paths.approvals}
      figure={numberFormat(language).format(waiting)}
    >
      {waiting === 0 ? (
        <Nothing>{t('platform.dashboard.approvals.none')}</Nothing>
      ) : (
        <ul className={styles.lines}>
          <li>{t('platform.dashboard.approvals.yours', { count: yours })}</li>
          {expires === null ? null : (
            <li className={styles.muted}>
              {t('platform.dashboard.approvals.next')} <Deadline at={expires} />
            </li>
          )}
        </ul>
      )}
    </Part>
  )
}

function Security({ part: { count, more, by_kind: kinds } }: { part: Data['security_events'] }) {
  const t = useText()
  const language = useLanguage()
  const log = paths.own('platform', AUDIT_LOG)
  return (
    <Part
      title={t('platform.dashboard.security')}
      to={log}
      search={{ kind: 'security' }}
      figure={`${numberFormat(language).format(count)}${more ? '+' : ''}`}
    >
      {kinds.length === 0 ? (
        <Nothing>{t('platform.dashboard.security.none')}</Nothing>
      ) : (
        <ul className={styles.lines}>
          {kinds.map(({ event, count: times, newest_at: at, entry }) => (
            <li key={event}>
              <Link to={log} search={{ kind: 'security', open: entry }}>
                {securityEvents[event] === undefined ? event : t(securityEvents[event])}
              </Link>{' '}
              <span className={styles.muted}>
                {t('platform.dashboard.times', { count: times })} · <RelativeTime at={at} />
              </span>
            </li>
          ))}
        </ul>
      )}
    </Part>
  )
}

function Merchants({ part }: { part: Data['merchants'] }) {
  const t = useText()
  const language = useLanguage()
  const known = part.state === 'known'
  return (
    <Part
      title={t('platform.dashboard.merchants')}
      to={paths.list('merchant')}
      search={{ state: 'suspended' }}
      {...(known
        ? {
            figure: `${numberFormat(language).format(part.suspended.count)}${part.suspended.more ? '+' : ''}`,
          }
        : {})}
    >
      {!known ? (
        <Unread part={part} />
      ) : part.newest.length === 0 ? (
        <Nothing>{t('platform.dashboard.merchants.none')}</Nothing>
      ) : (
        <ul className={styles.lines}>
          {part.newest.map(({ id, name, suspended_since: since }) => (
            <li key={id}>
              <EntityLink to={{ kind: 'merchant', id }}>{name}</EntityLink>{' '}
              <span className={styles.muted}>{since === null ? '' : <RelativeTime at={since} />}</span>
            </li>
          ))}
        </ul>
      )}
    </Part>
  )
}

function Limits({ part }: { part: Data['limits'] }) {
  const t = useText()
  const language = useLanguage()
  const figure = (value: number) => numberFormat(language).format(value)
  const known = part.state === 'known'
  return (
    <Part
      title={t('platform.dashboard.limits')}
      to={paths.list('rate_limit')}
      {...(known ? { figure: figure(part.refused) } : {})}
    >
      {!known ? (
        <Unread part={part} />
      ) : part.most_refused.length === 0 ? (
        <Nothing>{t('platform.dashboard.limits.none')}</Nothing>
      ) : (
        <ul className={styles.lines}>
          {part.most_refused.map(({ merchant_id: merchant, route, requests, refused }) => (
            <li key={`${merchant} ${route}`}>
              {merchant === null ? (
                t('platform.dashboard.limits.operators')
              ) : (
                <EntityLink to={{ kind: 'merchant', id: merchant }} />
              )}{' '}
              <code>{route}</code>{' '}
              <span className={styles.muted}>
                {t('platform.dashboard.limits.refused', {
                  refused: figure(refused),
                  requests: figure(requests),
                })}
              </span>
            </li>
          ))}
        </ul>
      )}
    </Part>
  )
}

function Changes({ part }: { part: Data['recent_changes'] }) {
  const t = useText()
  return (
    <Part
      title={t('platform.dashboard.changes')}
      to={paths.own('platform', AUDIT_LOG)}
      search={{ kind: 'action' }}
    >
      {part.length === 0 ? (
        <Nothing>{t('platform.dashboard.changes.none')}</Nothing>
      ) : (
        <ul className={styles.lines}>
          {part.map(({ id, title, target, requested_by: by, reason, at }) => (
            <li key={id}>
              <Link to={paths.request(id)}>{title}</Link>{' '}
              <EntityLink to={target}>{target.title ?? target.id}</EntityLink>{' '}
              <span className={styles.muted}>
                <bdi>{by.name}</bdi> · <RelativeTime at={at} />
              </span>
              {reason === null ? null : (
                <div className={styles.muted}>
                  <bdi>{reason.note ? reason.note : reasonWords(reason)}</bdi>
                </div>
              )}
            </li>
          ))}
        </ul>
      )}
    </Part>
  )
}
