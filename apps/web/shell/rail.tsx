import type { Me } from '@countersign/sdk/wire/me.ts'
import type { Queue } from '@countersign/sdk/wire/queues.ts'
import { Kbd } from '@countersign/ui/kbd.tsx'
import { Menu } from '@countersign/ui/menu.tsx'
import { useClient } from '@countersign/web-kit/client-context.tsx'
import type { ConsoleEntry } from '@countersign/web-kit/console-web.ts'
import { type Translate, useLanguage, useText } from '@countersign/web-kit/messages.ts'
import { paths } from '@countersign/web-kit/paths.ts'
import { queuesQuery } from '@countersign/web-kit/queries.ts'
import { countText } from '@countersign/web-kit/queue/queue-header.tsx'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { consoles } from '../consoles.ts'
import styles from './rail.module.css'

/** What belongs to no console: where it is, what it is called, and the permission without which there is nothing to see. */
const ENTRIES = [
  { to: paths.approvals, title: 'rail.approvals', permission: 'requests:read' },
  { to: paths.mentions, title: 'rail.mentions', permission: 'kernel:read' },
  { to: paths.team, title: 'team.title', permission: 'kernel:read' },
  { to: paths.audit, title: 'rail.audit', permission: 'audit:read' },
  { to: paths.alerts, title: 'system.alerts', permission: 'kernel:read' },
  { to: paths.deadLetters, title: 'system.deadLetters', permission: 'kernel:read' },
  { to: paths.policies, title: 'policy.title', permission: 'kernel:read' },
  { to: paths.access, title: 'people.title', permission: 'access:read' },
  { to: paths.upstreams, title: 'system.upstreams', permission: 'kernel:read' },
  { to: paths.projections, title: 'system.projections', permission: 'kernel:read' },
]

/** Where there is no room, these stand in the rail and the others in a menu. */
const ALWAYS_IN_SIGHT = 1

/** The consoles that this person may enter with their queues, and what belongs to no console. */
export function Rail({ me, onKeys }: { me: Me; onKeys: () => void }) {
  const t = useText()
  const client = useClient()
  const queues =
    useQuery({ ...queuesQuery(client), enabled: me.permissions.includes('kernel:read') }).data ?? []
  const navigate = useNavigate()
  const shown = ENTRIES.filter(({ permission }) => me.permissions.includes(permission))
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
          {shown.map(({ to, title }, at) => (
            <li key={to} className={at < ALWAYS_IN_SIGHT ? undefined : styles.rest}>
              <Link to={to} className={styles.item}>
                {t(title)}
              </Link>
            </li>
          ))}
          <li className={styles.more}>
            <Menu
              label={t('rail.more')}
              button={<span className={styles.item}>{t('rail.more')}</span>}
              groups={[
                {
                  key: 'rest',
                  items: shown.slice(ALWAYS_IN_SIGHT).map(({ to, title }) => ({
                    key: to,
                    label: t(title),
                    onSelect: () => void navigate({ to }),
                  })),
                },
              ]}
            />
          </li>
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
