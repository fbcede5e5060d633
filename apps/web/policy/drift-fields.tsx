import type { PolicyRule } from '@countersign/sdk/wire/policy.ts'
import { Field } from '@countersign/ui/field.tsx'
import { TextInput } from '@countersign/ui/text-input.tsx'
import { useText } from '@countersign/web-kit/messages.ts'

type DriftOf = NonNullable<PolicyRule['drift']>

/** How far a record may move before a signature; both empty: not at all. */
export function DriftFields({
  drift,
  errorOf,
  onChange,
}: {
  drift: DriftOf
  errorOf: (path: string) => string | undefined
  onChange: (drift: DriftOf) => void
}) {
  const t = useText()
  return (
    <>
      <Field
        label={t('policy.rule.driftPercent')}
        hint={t('policy.rule.driftPercentHint')}
        error={errorOf('percent')}
      >
        {(control) => (
          <TextInput
            {...control}
            type="number"
            min={0}
            max={100}
            value={drift.percent ?? ''}
            onChange={(event) => {
              const { percent: _, ...rest } = drift
              const text = event.currentTarget.value
              onChange(text === '' ? rest : { ...rest, percent: Number(text) })
            }}
          />
        )}
      </Field>
      <Field
        label={t('policy.rule.driftFields')}
        hint={t('policy.rule.driftFieldsHint')}
        error={errorOf('fields')}
      >
        {(control) => (
          <TextInput
            {...control}
            value={(drift.fields ?? []).join(',')}
            onChange={(event) => {
              const { fields: _, ...rest } = drift
              const text = event.currentTarget.value
              onChange(text === '' ? rest : { ...rest, fields: text.split(',') })
            }}
            onBlur={() => {
              const { fields, ...rest } = drift
              const named = (fields ?? []).map((field) => field.trim()).filter(Boolean)
              onChange(named.length === 0 ? rest : { ...rest, fields: named })
            }}
          />
        )}
      </Field>
    </>
  )
}
