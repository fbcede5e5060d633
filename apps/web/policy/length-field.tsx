import { Field } from '@countersign/ui/field.tsx'
import { Select, TextInput } from '@countersign/ui/text-input.tsx'
import { useText } from '@countersign/web-kit/messages.ts'
import { LENGTH_UNITS, type LengthUnit, lengthIn } from '@countersign/web-kit/policy/rule-text.ts'
import { useState } from 'react'
import styles from './policy.module.css'

const UNIT_NAMES: Record<LengthUnit, string> = {
  day: 'policy.unit.day',
  hour: 'policy.unit.hour',
  minute: 'policy.unit.minute',
  second: 'policy.unit.second',
}

/** A length of time in the unit in which it was typed; in s. Empty, where it may be, is none. */
export function LengthField({
  label,
  hint,
  seconds,
  error,
  required = false,
  onChange,
}: {
  label: string
  hint?: string
  seconds: number | undefined
  error: string | undefined
  required?: boolean
  onChange: (seconds: number | undefined) => void
}) {
  const t = useText()
  const [unit, setUnit] = useState<LengthUnit>(seconds === undefined ? 'minute' : lengthIn(seconds).unit)
  const size = LENGTH_UNITS.find((one) => one.unit === unit)?.seconds ?? 1
  const put = (text: string, of: number) =>
    onChange(text === '' ? (required ? 0 : undefined) : Math.round(Number(text) * of))
  const count = seconds === undefined ? '' : String(seconds / size)
  return (
    <Field label={label} hint={hint} error={error} required={required}>
      {(control) => (
        <span className={styles.pair}>
          <TextInput
            {...control}
            type="number"
            min={0}
            step="any"
            value={count}
            onChange={(event) => put(event.currentTarget.value, size)}
          />
          <Select
            aria-label={t('policy.unit', { label })}
            value={unit}
            onChange={(event) => {
              const next = LENGTH_UNITS.find((one) => one.unit === event.currentTarget.value)
              if (next === undefined) return
              setUnit(next.unit)
              put(count, next.seconds)
            }}
          >
            {LENGTH_UNITS.map((one) => (
              <option key={one.unit} value={one.unit}>
                {t(UNIT_NAMES[one.unit])}
              </option>
            ))}
          </Select>
        </span>
      )}
    </Field>
  )
}
