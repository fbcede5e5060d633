import { type ControlProps, Field } from '@countersign/ui/field.tsx'
import { Select, TextInput } from '@countersign/ui/text-input.tsx'
import { type ReactNode, useState } from 'react'
import { formatInstant, shortZone } from './duration.ts'
import styles from './instant-field.module.css'
import { useLanguage, useText } from './messages.ts'
import { zone, zoneName } from './preferences.ts'
import { useStoredValue } from './stored-value.ts'
import { instantsOf, localOf } from './zoned-time.ts'

/** Four digits of a year are enough, and as many as the server takes. */
const LATEST = '2199-12-31T23:59'

/** A point in time, typed and shown in the zone that the person has chosen, which is always named. */
export function InstantField({
  label,
  hint,
  error,
  required = false,
  after,
  ...input
}: {
  label: string
  hint?: ReactNode
  error?: string | undefined
  required?: boolean
  /** What stands behind the input. */
  after?: ReactNode
} & InputOf) {
  return (
    <Field label={label} hint={hint} error={error} required={required}>
      {(control) => (
        <span className={styles.line}>
          <InstantInput control={control} {...input} />
          {after}
        </span>
      )}
    </Field>
  )
}

type InputOf = {
  /** RFC 3339; empty where there is none, or what is typed is none. */
  value: string
  /** @param instant RFC 3339 in UTC; empty where what is typed is no time */
  onChange: (instant: string) => void
}

/** The control by itself. A time that clocks leave out is refused; of one that they show twice either can be taken. */
export function InstantInput({
  control,
  value,
  onChange,
}: { control: Partial<ControlProps> & { 'aria-label'?: string } } & InputOf) {
  const t = useText()
  const language = useLanguage()
  const timeZone = zoneName(useStoredValue(zone))
  // Typed, and no time in this zone.
  const [missing, setMissing] = useState('')
  const left = value === '' && missing !== '' && instantsOf(missing, timeZone).length === 0
  const shown = value === '' ? missing : localOf(value, timeZone)
  const instants = value === '' ? [] : instantsOf(shown, timeZone)
  const type = (local: string) => {
    const [first] = instantsOf(local, timeZone)
    setMissing(first === undefined ? local : '')
    onChange(first ?? '')
  }
  return (
    <span className={styles.instant}>
      <span className={instants.length > 1 ? styles.line : styles.one}>
        <TextInput
          {...control}
          {...(left ? { 'aria-invalid': true } : {})}
          type="datetime-local"
          max={LATEST}
          value={shown}
          onChange={(event) => type(event.currentTarget.value)}
        />
        {instants.length > 1 ? (
          <Select
            aria-label={t('instant.which')}
            value={instants.find((one) => Date.parse(one) >= Date.parse(value)) ?? value}
            onChange={(event) => onChange(event.currentTarget.value)}
          >
            {instants.map((instant) => (
              <option key={instant} value={instant}>
                {formatInstant(instant, language, timeZone)}
              </option>
            ))}
          </Select>
        ) : (
          <span className={styles.zone}>
            {shortZone(value === '' ? Date.now() : Date.parse(value), language, timeZone)}
          </span>
        )}
      </span>
      {instants.length > 1 ? <span className={styles.zone}>{t('instant.twice')}</span> : null}
      {left ? (
        <span role="alert" className={styles.fault}>
          {t('instant.leftOut', { zone: timeZone })}
        </span>
      ) : null}
    </span>
  )
}
