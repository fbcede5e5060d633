import type { PersonRef } from '@countersign/sdk/wire/values.ts'
import { useNow } from '../clock.ts'
import { formatDuration, formatInstant } from '../duration.ts'
import { commaList } from '../format-list.ts'
import { initials } from '../initials.ts'
import { useLanguage, useText } from '../messages.ts'
import { zone, zoneName } from '../preferences.ts'
import { useStoredValue } from '../stored-value.ts'
import { deadlineWords } from './deadline-words.ts'
import styles from './queue.module.css'
import type { QueueRow } from './queue-rows.ts'

/** The initials of who has it. */
export function Assignee({ person, me }: { person: PersonRef | null; me: string }) {
  const t = useText()
  if (person === null) return null
  const label = person.id === me ? t('queue.assigned.you') : t('queue.assigned', { name: person.name })
  return (
    <span
      className={styles.initials}
      data-mine={person.id === me || undefined}
      role="img"
      aria-label={label}
      title={label}
    >
      {initials(person.name)}
    </span>
  )
}

/** That it is out of sight for others until then, and is listed because that was asked for. */
export function Snoozed({ row }: { row: QueueRow }) {
  const t = useText()
  const language = useLanguage()
  const now = useNow()
  const timeZone = zoneName(useStoredValue(zone))
  const until = row.snoozed_until
  if (until === null || until === undefined || Date.parse(until) <= now) return null
  const label = t('queue.snoozedUntil', { at: formatInstant(until, language, timeZone) })
  return (
    <span className={styles.snoozed} role="img" aria-label={label} title={label}>
      ☾
    </span>
  )
}

/** How many people work on it beside who has it. */
export function Helpers({ row }: { row: QueueRow }) {
  const t = useText()
  const helpers = row.helpers ?? []
  if (helpers.length === 0) return null
  const label = t('queue.helpers', {
    names: commaList(
      helpers.map(({ name }) => name),
      t,
    ),
  })
  return (
    <span className={styles.snoozed} role="img" aria-label={label} title={label}>
      +{helpers.length}
    </span>
  )
}

/** That something was asked for on the row's record and is not done yet, and by whom. */
export function Waits({ row, me }: { row: QueueRow; me: string }) {
  const t = useText()
  const request = row.open_request
  if (request === undefined || row.gone) return null
  const { requested_by: by, state } = request
  const asker = by.id === me ? t('queue.you') : by.name
  const label = t(state === 'pending' ? 'queue.waits' : 'queue.underway', { name: asker })
  return (
    <span className={styles.waits} role="img" aria-label={label} title={label}>
      ◔
    </span>
  )
}

const SOON_MS = 30 * 60_000
/** What others want answered by a day is near when it is the next. */
const DEADLINE_SOON_MS = 48 * 3_600_000

/** What others want answered by then: how long until, or that it is over and since when. */
export function DeadlineCell({ at }: { at: string }) {
  const t = useText()
  const language = useLanguage()
  const timeZone = zoneName(useStoredValue(zone))
  const now = useNow()
  const left = Date.parse(at) - now
  return (
    <time
      className={styles.due}
      data-state={left < 0 ? 'late' : left < DEADLINE_SOON_MS ? 'soon' : 'fine'}
      dateTime={at}
      title={formatInstant(at, language, timeZone)}
    >
      {deadlineWords(at, now, t, language)}
    </time>
  )
}

/** How long until the SLA is broken, or by how much it is. */
export function Due({ row }: { row: QueueRow }) {
  const t = useText()
  const language = useLanguage()
  const now = useNow()
  const timeZone = zoneName(useStoredValue(zone))
  if (row.gone) {
    return (
      <span className={styles.gone} title={t('queue.gone.detail')}>
        {t('queue.gone')}
      </span>
    )
  }
  if (row.due_at === null || row.state !== 'open') return null
  const left = Date.parse(row.due_at) - now
  const length = formatDuration(left, language)
  return (
    <time
      className={styles.due}
      data-state={left < 0 ? 'late' : left < SOON_MS ? 'soon' : 'fine'}
      dateTime={row.due_at}
      title={formatInstant(row.due_at, language, timeZone)}
    >
      {left < 0 ? t('queue.late', { length }) : t('queue.left', { length })}
    </time>
  )
}
