import { Button } from '@countersign/ui/button.tsx'
import { formatInstant } from '../duration.ts'
import { InstantField } from '../instant-field.tsx'
import { useLanguage, useText } from '../messages.ts'
import { zone, zoneName } from '../preferences.ts'
import { useStoredValue } from '../stored-value.ts'

/** When it is to be carried out: as soon as it is agreed to, or at a time. */
export function ScheduleField({
  at,
  until,
  error,
  onChange,
}: {
  /** RFC 3339; empty while it is not said; undefined: as soon as it is agreed to. */
  at: string | undefined
  /** The latest time that the approval policy allows. */
  until: string
  error: string | undefined
  onChange: (at: string | undefined) => void
}) {
  const t = useText()
  const language = useLanguage()
  const timeZone = zoneName(useStoredValue(zone))
  if (at === undefined) {
    return (
      <div>
        <Button size="small" onClick={() => onChange('')}>
          {t('sheet.later')}
        </Button>
      </div>
    )
  }
  return (
    <InstantField
      label={t('sheet.later.at')}
      required
      hint={t('sheet.later.hint', { latest: formatInstant(until, language, timeZone) })}
      error={error}
      value={at}
      onChange={onChange}
      after={
        <Button size="small" variant="quiet" onClick={() => onChange(undefined)}>
          {t('sheet.later.not')}
        </Button>
      }
    />
  )
}
