import { Button } from '@countersign/ui/button.tsx'
import { Field } from '@countersign/ui/field.tsx'
import { TextInput } from '@countersign/ui/text-input.tsx'
import { useLanguage, useText } from '../messages.ts'
import styles from './action-sheet.module.css'

/** When it is to be carried out: as soon as it is agreed to, or at a time in the zone of whoever asks. */
export function ScheduleField({
  at,
  until,
  error,
  onChange,
}: {
  /** As the input has it, `2026-03-31T17:30`; undefined: as soon as it is agreed to. */
  at: string | undefined
  /** The latest time that the approval policy allows. */
  until: string
  error: string | undefined
  onChange: (at: string | undefined) => void
}) {
  const t = useText()
  const language = useLanguage()
  if (at === undefined) {
    return (
      <div>
        <Button size="small" onClick={() => onChange('')}>
          {t('sheet.later')}
        </Button>
      </div>
    )
  }
  const zone = new Intl.DateTimeFormat(language).resolvedOptions().timeZone
  const latest = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' }).format(
    new Date(until),
  )
  return (
    <Field label={t('sheet.later.at')} required hint={t('sheet.later.hint', { zone, latest })} error={error}>
      {(control) => (
        <span className={styles.schedule}>
          <TextInput
            {...control}
            type="datetime-local"
            value={at}
            onChange={(event) => onChange(event.target.value)}
          />
          <Button size="small" variant="quiet" onClick={() => onChange(undefined)}>
            {t('sheet.later.not')}
          </Button>
        </span>
      )}
    </Field>
  )
}

/** The instant of a time in this person's zone, RFC 3339 in UTC; undefined while it is no time. */
export function instantOf(local: string): string | undefined {
  const at = new Date(local)
  return Number.isNaN(at.getTime()) ? undefined : at.toISOString()
}
