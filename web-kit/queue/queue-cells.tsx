import type { PersonRef } from '@countersign/sdk/wire.ts'
import { useNow } from '../clock.ts'
import { formatDuration } from '../duration.ts'
import { initials } from '../initials.ts'
import { useLanguage, useText } from '../messages.ts'
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

const SOON_MS = 30 * 60_000

/** How long until the SLA is broken, or by how much it is. */
export function Due({ row }: { row: QueueRow }) {
  const t = useText()
  const language = useLanguage()
  const now = useNow()
  if (row.gone) return <span className={styles.gone}>{t('queue.gone')}</span>
  if (row.due_at === null || row.state !== 'open') return null
  const left = Date.parse(row.due_at) - now
  const length = formatDuration(left, language)
  return (
    <span className={styles.due} data-state={left < 0 ? 'late' : left < SOON_MS ? 'soon' : 'fine'}>
      {left < 0 ? t('queue.late', { length }) : t('queue.left', { length })}
    </span>
  )
}
