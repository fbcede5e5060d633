import type { Me } from '@countersign/sdk/wire/me.ts'
import type { Queue } from '@countersign/sdk/wire/queues.ts'
import { Kbd } from '@countersign/ui/kbd.tsx'
import { Menu } from '@countersign/ui/menu.tsx'
import { useClient } from '@countersign/web-kit/client-context.tsx'
import type { ConsoleEntry } from '@countersign/web-kit/console-web.ts'
import { type Translate, useLanguage, useText } from '@countersign/web-kit/messages.ts'
import { numberFormat } from '@countersign/web-kit/number-format.ts'
import { paths, placePath } from '@countersign/web-kit/paths.ts'
import { queuesQuery } from '@countersign/web-kit/queries.ts'
import { countText } from '@countersign/web-kit/queue/queue-header.tsx'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { consoles } from '../consoles.ts'
import { placesOf } from './places.ts'
import styles from './rail.module.css'

/** Where there is no room, this stands in the rail and the others in a menu. */
const ALWAYS_IN_SIGHT = paths.approvals
/** And of a console without queues as many of its places, first of all what it opens with. */
const OF_A_CONSOLE_WITHOUT_QUEUES = 2

/** The consoles that this person may enter with their queues, and what belongs to no console. */
export function Rail({ me, onKeys }: { me: Me; onKeys: () => void }) {
  const t = useText()
  const client = useClient()
  const queues =
    useQuery({ ...queuesQuery(client), enabled: me.permissions.includes('kernel:read') }).data ?? []
  const navigate = useNavigate()
  const groups = placesOf(me)
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
              {(entry.places ?? []).map((place, n) => (
                <li key={place.title} className={n < inSight(entry) ? undefined : styles.rest}>
                  <Link to={placePath(place)} className={styles.item}>
                    {t(place.title)}
                  </Link>
                </li>
              ))}
            </ul>
          </section>
        ))}
        {groups.map(({ key, title, places }) => (
          <section key={key} aria-label={t(title)}>
            <h2 className={styles.title}>{t(title)}</h2>
            <ul className={styles.list}>
              {places.map((place) => (
                <li key={place.to} className={place.to === ALWAYS_IN_SIGHT ? undefined : styles.rest}>
                  <Link to={place.to} className={styles.item}>
                    {t(place.title)}
                  </Link>
                </li>
              ))}
            </ul>
          </section>
        ))}
        <div className={styles.more}>
          <Menu
            label={t('rail.more')}
            button={<span className={styles.item}>{t('rail.more')}</span>}
            groups={[...ownPlaces(entered), ...groups].map(({ key, title, places }) => ({
              key,
              title: t(title),
              items: places
                .filter(({ to }) => to !== ALWAYS_IN_SIGHT)
                .map((place) => ({
                  key: place.to,
                  label: t(place.title),
                  onSelect: () => void navigate({ to: place.to }),
                })),
            }))}
          />
        </div>
      </div>
      <button type="button" className={styles.keys} onClick={onKeys}>
        <Kbd keys="?" /> {t('rail.keys')}
      </button>
    </nav>
  )
}

/** How many of its places stand in the rail where there is no room. */
function inSight({ queues }: ConsoleEntry): number {
  return Object.keys(queues).length === 0 ? OF_A_CONSOLE_WITHOUT_QUEUES : 0
}

/** The records that consoles lead to, where there is no room for them beside the queues. */
function ownPlaces(entered: readonly ConsoleEntry[]) {
  return entered.flatMap((entry) => {
    const places = (entry.places ?? []).slice(inSight(entry))
    return places.length === 0
      ? []
      : [
          {
            ...{ key: entry.name, title: entry.title },
            places: places.map((place) => ({ to: placePath(place), title: place.title })),
          },
        ]
  })
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
              <span aria-hidden="true">{numberFormat(language).format(breached)}</span>
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
