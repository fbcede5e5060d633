import type { WireMoney } from '@countersign/sdk/wire/values.ts'
import { Field } from '@countersign/ui/field.tsx'
import { TextInput } from '@countersign/ui/text-input.tsx'
import { useText } from '@countersign/web-kit/messages.ts'
import styles from './policy.module.css'

/** An amount and its currency, as they are typed; both empty is none. */
export function MoneyField({
  label,
  hint,
  value,
  error,
  onChange,
}: {
  label: string
  hint: string
  value: WireMoney | undefined
  error: string | undefined
  onChange: (value: WireMoney | undefined) => void
}) {
  const t = useText()
  const put = (part: Partial<WireMoney>) => {
    const next = { amount: value?.amount ?? '', currency: value?.currency ?? '', ...part }
    onChange(next.amount === '' && next.currency === '' ? undefined : next)
  }
  return (
    <Field label={label} hint={hint} error={error}>
      {(control) => (
        <span className={styles.pair}>
          <TextInput
            {...control}
            inputMode="decimal"
            value={value?.amount ?? ''}
            onChange={(event) => put({ amount: event.currentTarget.value.trim() })}
          />
          <TextInput
            aria-label={t('policy.rule.currency', { label })}
            placeholder="USD"
            maxLength={3}
            value={value?.currency ?? ''}
            onChange={(event) => put({ currency: event.currentTarget.value.trim().toUpperCase() })}
          />
        </span>
      )}
    </Field>
  )
}
