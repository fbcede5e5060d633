import { Field } from '@countersign/ui/field.tsx'
import { Select } from '@countersign/ui/text-input.tsx'
import type { ActionForm } from '@countersign/web-kit/console-web.ts'
import { useText } from '@countersign/web-kit/messages.ts'
import type { ComponentProps } from 'react'

const FIELDS: Record<string, string> = {
  account: 'transfers.form.field.account',
  original_trace: 'transfers.form.field.original_trace',
  amount: 'transfers.form.field.amount',
  individual_id: 'transfers.form.field.individual_id',
  transaction_code: 'transfers.form.field.transaction_code',
  company_id: 'transfers.form.field.company_id',
  effective_date: 'transfers.form.field.effective_date',
}

/** The one reason that says that something in the bank's return is wrong, and has to say what. */
const FIELD_ERRORS = 'R69'

/** What is wrong in the bank's return, once that is the reason; and where another is now, until it is taken out again. */
export function DishonourFields({
  input,
  errors,
  reason,
  onChange,
}: ComponentProps<NonNullable<ActionForm['FieldsOfReason']>>) {
  const t = useText()
  if (reason !== FIELD_ERRORS && input.incorrect_field === undefined) return null
  return (
    <Field
      label={t('transfers.form.incorrectField')}
      hint={t('transfers.form.withR69')}
      required={reason === FIELD_ERRORS}
      error={errors.incorrect_field}
    >
      {(control) => (
        <Select
          {...control}
          value={String(input.incorrect_field ?? '')}
          onChange={(event) => onChange({ ...input, incorrect_field: event.target.value || undefined })}
        >
          <option value="">{t('transfers.form.none')}</option>
          {Object.entries(FIELDS).map(([field, label]) => (
            <option key={field} value={field}>
              {t(label)}
            </option>
          ))}
        </Select>
      )}
    </Field>
  )
}
