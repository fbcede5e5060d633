import { useNow } from './clock.ts'
import { formatClock, formatDayTime, formatDuration, formatInstant, shortZone } from './duration.ts'
import { useLanguage, useText } from './messages.ts'
import { zone, zoneName } from './preferences.ts'
import { useStoredValue } from './stored-value.ts'

const NOW_MS = 10_000

/** `2 h ago`; the instant with its zone on hover. */
export function RelativeTime({ at, bare = false }: { at: string; bare?: boolean }) {
  const t = useText()
  const language = useLanguage()
  const difference = useNow() - Date.parse(at)
  // The clock ticks in steps and the server's is another: what is about now is now.
  const ms = Math.abs(difference) < NOW_MS ? 0 : difference
  const length = formatDuration(ms, language)
  const text = bare
    ? ms === 0
      ? t('time.nowShort')
      : length
    : ms === 0
      ? t('time.now')
      : ms > 0
        ? t('time.ago', { length })
        : t('time.ahead', { length })
  return <Instant at={at} text={text} />
}

/** The time of day, with the day where it is not today; the instant with its zone on hover. */
export function ClockTime({ at, seconds = false }: { at: string; seconds?: boolean }) {
  const language = useLanguage()
  const timeZone = zoneName(useStoredValue(zone))
  return <Instant at={at} text={formatClock(at, useNow(), language, timeZone, seconds)} />
}

/** The day and the time of day to the second, for a log: always both, so that lines can be compared. */
export function DayTime({ at }: { at: string }) {
  const language = useLanguage()
  const timeZone = zoneName(useStoredValue(zone))
  return <Instant at={at} text={formatDayTime(at, language, timeZone)} />
}

/** What is to happen then: how long until, and the whole instant. */
export function Deadline({ at }: { at: string }) {
  return (
    <>
      <RelativeTime at={at} /> (<AbsoluteTime at={at} />)
    </>
  )
}

/** The whole instant, zone named. */
export function AbsoluteTime({ at }: { at: string }) {
  const language = useLanguage()
  const timeZone = zoneName(useStoredValue(zone))
  return <Instant at={at} text={formatInstant(at, language, timeZone)} />
}

function Instant({ at, text }: { at: string; text: string }) {
  const language = useLanguage()
  const timeZone = zoneName(useStoredValue(zone))
  return (
    <time dateTime={at} title={formatInstant(at, language, timeZone)} className="tabular">
      {text}
    </time>
  )
}

/** In which zone the times of a list are written, said once for all of them. */
export function ZoneNote() {
  const t = useText()
  const language = useLanguage()
  const timeZone = zoneName(useStoredValue(zone))
  return t('timeline.zone', { zone: shortZone(useNow(), language, timeZone) })
}
