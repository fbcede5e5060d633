import type { Queue, QueuePage } from '@countersign/sdk/wire/queues.ts'
import { Link } from '@tanstack/react-router'
import { useNow } from '../clock.ts'
import { formatDuration } from '../duration.ts'
import { useLanguage, useText } from '../messages.ts'
import { numberFormat } from '../number-format.ts'
import { paths } from '../paths.ts'
import styles from './queue.module.css'

/** Lag of the list from which it is shown, and from which it is said loudly (K-24, screens "stale"). */
export const LAG_SHOWN_MS = 2_000
export const LAG_BANNER_MS = 30_000

/** `Returns · 128 open · oldest 5 h · SLA 4 h ▲12`, and a clock where the list is behind. */
export function QueueHeader({
  queue,
  page,
  done,
}: {
  queue: Queue
  page: QueuePage | undefined
  /** What is listed has left the queue: nothing of it can be late. */
  done: boolean
}) {
  const t = useText()
  const language = useLanguage()
  const now = useNow()
  const count = page?.count ?? queue.count
  const oldest = page === undefined ? queue.oldest_at : page.oldest_at
  const breached = (page === undefined ? queue.breached : page.breached) ?? 0
  const behind = page?.behind_ms ?? 0
  return (
    <div className={styles.header}>
      <span className={styles.title} aria-hidden="true">
        {queue.title}
      </span>
      <p className={styles.facts} aria-live="polite">
        <span>{t(done ? 'queue.done' : 'queue.open', { value: countText(count, language) })}</span>
        {oldest === null || done ? null : (
          <span>{t('queue.oldest', { length: formatDuration(now - Date.parse(oldest), language) })}</span>
        )}
        {queue.sla && !done ? (
          <span title={queue.sla.calendar}>
            {t('queue.sla', { length: formatDuration(queue.sla.hours * 3_600_000, language) })}
            {breached > 0 ? (
              <span className={styles.breached}>
                {' '}
                <span aria-hidden="true">▲</span>
                {t('queue.breached', { value: numberFormat(language).format(breached) })}
              </span>
            ) : null}
          </span>
        ) : null}
        {queue.within_sla ? (
          <span title={t('queue.withinSla.detail', { count: queue.within_sla.of })}>
            {t('queue.withinSla', {
              share: numberFormat(language, { style: 'percent' }).format(queue.within_sla.share),
              days: numberFormat(language).format(queue.within_sla.days),
            })}
          </span>
        ) : null}
        <Link to={paths.figures(queue.name)} className={styles.figures}>
          {t('figures.link')}
        </Link>
        {behind > LAG_SHOWN_MS ? (
          <span className={styles.behind}>
            <span aria-hidden="true">◔ </span>
            {t('queue.behind', { length: formatDuration(behind, language) })}
          </span>
        ) : null}
      </p>
    </div>
  )
}

/** `128`, or `10,000+` where the server stopped counting. */
export function countText(count: { value: number; exact: boolean }, language: string): string {
  const text = numberFormat(language).format(count.value)
  return count.exact ? text : `${text}+`
}
