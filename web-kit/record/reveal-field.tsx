import type { Entity } from '@countersign/sdk/wire/entities.ts'
import { Field } from '@countersign/ui/field.tsx'
import { Select } from '@countersign/ui/text-input.tsx'
import { isolate, useText } from '../messages.ts'

/** The form of a `reveal_<kind>` action: which of the fields that this record has. */
export function RevealField({
  entity,
  input,
  errors,
  labels,
  onChange,
}: {
  entity: Entity
  input: Record<string, unknown>
  errors: Record<string, string>
  /** Message id by the field's path. */
  labels: Record<string, string>
  onChange: (input: Record<string, unknown>) => void
}) {
  const t = useText()
  return (
    <Field label={t('record.personal.field')} required error={errors.field}>
      {(props) => (
        <Select
          {...props}
          value={typeof input.field === 'string' ? input.field : ''}
          onChange={(event) => onChange({ field: event.target.value })}
        >
          <option value="" disabled>
            {t('record.personal.choose')}
          </option>
          {(entity.personal ?? []).map(({ path, shown, erased_at }) => {
            if (erased_at !== undefined) return null
            const label = labels[path]
            return (
              <option key={path} value={path}>
                {`${label === undefined ? path : t(label)} · ${isolate(shown)}`}
              </option>
            )
          })}
        </Select>
      )}
    </Field>
  )
}
