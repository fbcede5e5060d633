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
          <Choice
            key={choice.value}
            {...choice}
            name={name}
            checked={choice.value === value}
            onChoose={() => onChange(choice.value)}
          />
        ))}
      </div>
    </div>
  )
}

/** One that is barred is reached as the others are, says why, and cannot be chosen. */
function Choice({
  name,
  value,
  label,
  hint,
  disabledReason,
  checked,
  onChoose,
}: RadioChoice<string> & { name: string; checked: boolean; onChoose: () => void }) {
  const id = useId()
  const lines = [
    ...(hint === undefined ? [] : [{ id: `${id}-hint`, text: hint }]),
    ...(disabledReason === undefined ? [] : [{ id: `${id}-reason`, text: disabledReason }]),
  ]
  const barred = disabledReason !== undefined
  return (
    <label className={styles.choice}>
      <input
        type="radio"
        name={name}
        value={value}
        checked={checked}
        aria-disabled={barred || undefined}
        aria-labelledby={`${id}-label`}
        aria-describedby={lines.map((line) => line.id).join(' ') || undefined}
        // React then sets it back to what its owner says.
        onChange={() => {
          if (!barred) onChoose()
        }}
      />
      <span>
        <span id={`${id}-label`}>{label}</span>
        {lines.map((line) => (
          <span key={line.id} id={line.id} className={styles.hint}>
            {line.text}
          </span>
        ))}
      </span>
    </label>
  )
}
