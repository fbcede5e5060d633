import { Button } from '@countersign/ui/button.tsx'
import { useEffect, useRef } from 'react'
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
  const place = useRef<HTMLDivElement>(null)
  const pressed = useRef(false)
  // The one control takes the place of the other: the focus, which was on it, goes along.
  useEffect(() => {
    if (!pressed.current) return
    pressed.current = false
    place.current?.querySelector<HTMLElement>('input, button')?.focus()
  })
  const choose = (next: string | undefined) => {
    pressed.current = true
    onChange(next)
  }
  return (
    <div ref={place}>
      {at === undefined ? (
        <Button size="small" onClick={() => choose('')}>
          {t('sheet.later')}
        </Button>
      ) : (
        <InstantField
          label={t('sheet.later.at')}
          required
          hint={t('sheet.later.hint', { latest: formatInstant(until, language, timeZone) })}
          error={error}
          value={at}
          onChange={onChange}
          after={
            <Button size="small" variant="quiet" onClick={() => choose(undefined)}>
              {t('sheet.later.not')}
            </Button>
          }
        />
      )}
    </div>
  )
}
