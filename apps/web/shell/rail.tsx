import type { Me, Queue } from '@countersign/sdk/wire.ts'
import { Kbd } from '@countersign/ui/kbd.tsx'
import { useClient } from '@countersign/web-kit/client-context.tsx'
import type { ConsoleEntry } from '@countersign/web-kit/console-web.ts'
import { type Translate, useLanguage, useText } from '@countersign/web-kit/messages.ts'
import { paths } from '@countersign/web-kit/paths.ts'
import { queuesQuery } from '@countersign/web-kit/queries.ts'
import { countText } from '@countersign/web-kit/queue/queue-header.tsx'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { consoles } from '../consoles.ts'
import styles from './rail.module.css'

/** The consoles that this person may enter with their queues, and what belongs to no console. */
export function Rail({ me, onKeys }: { me: Me; onKeys: () => void }) {
  const t = useText()
  const client = useClient()
  const queues =
    useQuery({ ...queuesQuery(client), enabled: me.permissions.includes('kernel:read') }).data ?? []
  const entered = consoles.filter((entry) => me.consoles.some((mine) => mine.name === entry.name))
  return (
    <nav className={styles.rail} aria-label={t('rail.label')}>
      <Link to="/" className={styles.home} aria-label={t('rail.home')}>
        <svg viewBox="0 0 16 16" aria-hidden="true" className={styles.mark}>
          <rect width="16" height="16" rx="4" />
          <path d="M3.2 8.4l2.6 2.7 4-5.6M7.6 11.1l.3.3 4.9-6.6" />
        </svg>
        <span>Countersign</span>
      </Link>
      <div className={styles.groups}>
        {entered.map((entry) => (
          <section key={entry.name} aria-label={t(entry.title)}>
            <h2 className={styles.title}>{t(entry.title)}</h2>
            <ul className={styles.list}>
              {queues
                .filter((queue) => queue.console === entry.name)
                .map((queue) => (
                  <QueueItem key={queue.name} queue={queue} title={queueTitle(entry, queue, t)} />
                ))}
            </ul>
          </section>
        ))}
        <ul className={styles.list}>
          {me.permissions.includes('requests:read') ? (
            <li>
              <Link to={paths.approvals} className={styles.item}>
                {t('rail.approvals')}
              </Link>
            </li>
          ) : null}
          {me.permissions.includes('kernel:read') ? (
            <li>
              <Link to={paths.mentions} className={styles.item}>
                {t('rail.mentions')}
              </Link>
            </li>
          ) : null}
          {me.permissions.includes('audit:read') ? (
            <li>
              <Link to={paths.audit} className={styles.item}>
                {t('rail.audit')}
              </Link>
            </li>
          ) : null}
          {me.permissions.includes('kernel:read') ? (
            <li>
              <Link to={paths.alerts} className={styles.item}>
                {t('system.alerts')}
              </Link>
            </li>
          ) : null}
          {me.permissions.includes('kernel:read') ? (
            <li>
              <Link to={paths.deadLetters} className={styles.item}>
                {t('system.deadLetters')}
              </Link>
            </li>
          ) : null}
          {me.permissions.includes('kernel:read') ? (
            <li>
              <Link to={paths.policies} className={styles.item}>
                {t('policy.title')}
              </Link>
            </li>
          ) : null}
          {me.permissions.includes('access:read') ? (
            <li>
              <Link to={paths.access} className={styles.item}>
                {t('people.title')}
              </Link>
            </li>
          ) : null}
          {me.permissions.includes('kernel:read') ? (
            <li>
              <Link to={paths.upstreams} className={styles.item}>
                {t('system.upstreams')}
              </Link>
            </li>
          ) : null}
          {me.permissions.includes('kernel:read') ? (
            <li>
              <Link to={paths.projections} className={styles.item}>
                {t('system.projections')}
              </Link>
            </li>
          ) : null}
        </ul>
      </div>
      <button type="button" className={styles.keys} onClick={onKeys}>
        <Kbd keys="?" /> {t('rail.keys')}
      </button>
    </nav>
  )
}

function queueTitle(entry: ConsoleEntry, queue: Queue, t: Translate): string {
  const id = entry.queues[queue.name]
  return id === undefined ? queue.title : t(id)
}

function QueueItem({ queue, title }: { queue: Queue; title: string }) {
  const t = useText()
  const language = useLanguage()
  const breached = queue.breached ?? 0
  return (
    <li>
      <Link to={paths.queue(queue.name)} className={styles.item}>
        <span className={styles.name}>{title}</span>
        <span className={styles.count}>
          {breached > 0 ? (
            <span className={styles.late}>
              <span aria-hidden="true">▲</span>
              <span aria-hidden="true">{new Intl.NumberFormat(language).format(breached)}</span>
              <span className="visually-hidden"> {t('rail.late', { count: breached })}, </span>
            </span>
          ) : null}
          <span className={styles.all}>
            {countText(queue.count, language)}
            <span className="visually-hidden"> {t('rail.open')}</span>
          </span>
        </span>
      </Link>
    </li>
  )
}
