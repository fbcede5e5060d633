import type { JsonSchema } from '@countersign/sdk/wire/actions.ts'
import { type ControlProps, Field } from '@countersign/ui/field.tsx'
import { Select, TextArea, TextInput } from '@countersign/ui/text-input.tsx'
import type { ActionForm } from '../console-web.ts'
import { InstantInput } from '../instant-field.tsx'
import { useText } from '../messages.ts'
import { isMoney } from '../money.tsx'
import { type SchemaField, schemaFields } from './schema-fields.ts'

/** The form that an action's input schema describes, or one part of it. Values keep their JSON types. */
export function SchemaForm({
  schema,
  input,
  errors,
  part,
  labels = {},
  onChange,
}: {
  part?: 'required' | 'optional'
  /** How a value of a fixed set reads: message id by field and value. */
  labels?: ActionForm['labels']
  schema: JsonSchema
  input: Record<string, unknown>
  errors: Record<string, string>
  onChange: (input: Record<string, unknown>) => void
}) {
  const fields = schemaFields(schema).filter(
    ({ required }) => part === undefined || required === (part === 'required'),
  )
  return fields.map((field) => (
    <Field
      key={field.name}
      label={field.title}
      required={field.required}
      hint={field.description}
      error={errors[field.name]}
    >
      {(control) => (
        <SchemaControl
          field={field}
          labels={labels[field.name] ?? {}}
          control={control}
          value={input[field.name]}
          onChange={(value) => onChange({ ...input, [field.name]: value })}
        />
      )}
    </Field>
  ))
}

type ControlOf = {
  field: SchemaField
  labels: Readonly<Record<string, string>>
  control: ControlProps
  value: unknown
  onChange: (value: unknown) => void
}

function SchemaControl({ field, labels, control, value, onChange }: ControlOf) {
  const t = useText()
  const worded = (choice: string) => {
    const label = labels[choice]
    return label === undefined ? choice.replaceAll('_', ' ') : t(label)
  }
  const text = value === undefined || value === null ? '' : String(value)
  switch (field.control) {
    case 'choice':
      return (
        <Select {...control} value={text} onChange={(event) => onChange(event.target.value)}>
          <option value="">{t('form.choose')}</option>
          {field.choices.map((choice) => (
            <option key={choice} value={choice}>
              {worded(choice)}
            </option>
          ))}
        </Select>
      )
    case 'several': {
      const chosen = Array.isArray(value) ? value.map(String) : []
      return (
        <span
          id={control.id}
          aria-describedby={control['aria-describedby']}
          role="group"
          aria-label={field.title}
          style={{ display: 'flex', flexWrap: 'wrap', gap: '4px 16px' }}
        >
          {field.choices.map((choice) => (
            <label key={choice} style={{ display: 'inline-flex', gap: 6, alignItems: 'center' }}>
              <input
                type="checkbox"
                checked={chosen.includes(choice)}
                onChange={(event) =>
                  onChange(
                    field.choices.filter((one) =>
                      one === choice ? event.target.checked : chosen.includes(one),
                    ),
                  )
                }
              />
              {worded(choice)}
            </label>
          ))}
        </span>
      )
    }
    case 'yes_no':
      return (
        <input
          {...control}
          type="checkbox"
          checked={value === true}
          onChange={(event) => onChange(event.target.checked)}
        />
      )
    case 'number':
      return (
        <TextInput
          {...control}
          inputMode="numeric"
          value={text}
          onChange={(event) => onChange(numberOrText(event.target.value))}
        />
      )
    case 'instant':
      return <InstantInput control={control} value={text} onChange={onChange} />
    case 'money':
      return <MoneyControl control={control} value={value} onChange={onChange} />
    case 'long_text':
      return (
        <TextArea
          {...control}
          maxLength={field.maxLength}
          value={text}
          onChange={(event) => onChange(event.target.value)}
        />
      )
    case 'many':
    case 'text':
      return (
        <TextInput
          {...control}
          maxLength={field.maxLength}
          value={text}
          onChange={(event) => onChange(event.target.value)}
        />
      )
  }
}

function MoneyControl({ control, value, onChange }: Omit<ControlOf, 'field' | 'labels'>) {
  const t = useText()
  const money = isMoney(value) ? value : { amount: '', currency: '' }
  return (
    <span style={{ display: 'grid', gridTemplateColumns: '1fr 80px', gap: 8 }}>
      <TextInput
        {...control}
        inputMode="decimal"
        value={money.amount}
        onChange={(event) => onChange({ ...money, amount: event.target.value })}
      />
      <TextInput
        aria-label={t('form.currency')}
        maxLength={3}
        value={money.currency}
        onChange={(event) => onChange({ ...money, currency: event.target.value.toUpperCase() })}
      />
    </span>
  )
}

/** What is no number stays as typed, so that the server's refusal names what was typed. */
function numberOrText(text: string): number | string {
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text
}
