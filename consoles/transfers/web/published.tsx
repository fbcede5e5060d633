import { useNow } from '@countersign/web-kit/clock.ts'
import { useLanguage } from '@countersign/web-kit/messages.ts'
import { zone, zoneName } from '@countersign/web-kit/preferences.ts'
import { useStoredValue } from '@countersign/web-kit/stored-value.ts'
import { localOf } from '@countersign/web-kit/zoned-time.ts'
import styles from './records.module.css'

const DAY_MS = 86_400_000

/** The day as its publisher says it, and how many days ago that is. It has no time of day, and is the same day in every zone. */
export function Published({ day }: { day: string }) {
  const language = useLanguage()
  const timeZone = zoneName(useStoredValue(zone))
  const today = localOf(new Date(useNow()).toISOString(), timeZone).slice(0, 'yyyy-mm-dd'.length)
  const days = Math.round((Date.parse(day) - Date.parse(today)) / DAY_MS)
  const ago = new Intl.RelativeTimeFormat(language, { numeric: 'auto' }).format(days, 'day')
  return (
    <>
      <time dateTime={day} dir="ltr" className={styles.day}>
        {day}
      </time>{' '}
      <span className={styles.muted}>
        (<time dateTime={day}>{ago}</time>)
      </span>
    </>
  )
}
