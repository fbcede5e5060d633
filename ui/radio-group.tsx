import { useId } from 'react'
import styles from './radio-group.module.css'

export type RadioChoice<Value extends string> = {
  value: Value
  label: string
  hint?: string
  disabledReason?: string
}

/** One of a few, all in sight: what each means stands beside it. */
export function RadioGroup<Value extends string>({
  label,
  value,
  choices,
  onChange,
}: {
  label: string
  value: Value
  choices: readonly RadioChoice<Value>[]
  onChange: (value: Value) => void
}) {
  const name = useId()
  return (
    <div className={styles.group} role="radiogroup" aria-labelledby={`${name}-label`}>
      <span className={styles.legend} id={`${name}-label`}>
        {label}
      </span>
      <div className={styles.choices}>
        {choices.map((choice) => (
          <label key={choice.value} className={styles.choice}>
            <input
              type="radio"
              name={name}
              value={choice.value}
              checked={choice.value === value}
              disabled={choice.disabledReason !== undefined}
              onChange={() => onChange(choice.value)}
            />
            <span>
              {choice.label}
              {[choice.hint, choice.disabledReason].map((line) =>
                line === undefined ? null : (
                  <span key={line} className={styles.hint}>
                    {line}
                  </span>
                ),
              )}
            </span>
          </label>
        ))}
      </div>
    </div>
  )
}
