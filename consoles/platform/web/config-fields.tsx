import { Field } from '@countersign/ui/field.tsx'
import { Select, TextArea, TextInput } from '@countersign/ui/text-input.tsx'
import type { ActionForm } from '@countersign/web-kit/console-web.ts'
import { useText } from '@countersign/web-kit/messages.ts'
import { part } from '@countersign/web-kit/record/fields.ts'
import { type ComponentProps, useState } from 'react'
import { configVersions, valueAsText } from './config-versions.ts'

type Fields = ComponentProps<NonNullable<ActionForm['Fields']>>

/** A value of the form that its key has; it begins with the one of now. */
export const changeConfigForm: ActionForm = {
  prefill: ({ data }) => ({ input: { value: data.config_value } }),
  Fields: ChangeFields,
}

/** One of the versions that there were before. */
export const rollBackConfigForm: ActionForm = {
  prefill: (entity) => {
    const before = configVersions(entity)[1]
    return before ? { input: { version: before.version } } : {}
  },
  Fields: RollBackFields,
}

function ChangeFields({ entity, input, errors, onChange }: Fields) {
  const t = useText()
  const schema = part(entity.data, 'schema')
  const [typed, setTyped] = useState(() => valueAsText(input.value))
  const error = errors.value ?? Object.entries(errors).find(([place]) => place.startsWith('value.'))?.[1]
  const choices =
    schema.type === 'boolean'
      ? ['true', 'false']
      : Array.isArray(schema.allowed)
        ? schema.allowed.map(String)
        : []
  const type = (next: string) => {
    setTyped(next)
    onChange({ ...input, value: meant(next, schema.type) })
  }
  return (
    <Field label={t('platform.config.value')} hint={hintOf(schema, t)} error={error} required>
      {(control) =>
        choices.length > 0 ? (
          <Select {...control} value={typed} onChange={(event) => type(event.currentTarget.value)}>
            {choices.map((one) => (
              <option key={one} value={one}>
                {one}
              </option>
            ))}
          </Select>
        ) : schema.type === 'object' || schema.type === 'flag' ? (
          <TextArea
            {...control}
            dir="ltr"
            value={typed}
            onChange={(event) => type(event.currentTarget.value)}
          />
        ) : (
          <TextInput
            {...control}
            dir="ltr"
            value={typed}
            onChange={(event) => type(event.currentTarget.value)}
          />
        )
      }
    </Field>
  )
}

function RollBackFields({ entity, input, errors, onChange }: Fields) {
  const t = useText()
  const [, ...before] = configVersions(entity)
  return (
    <Field label={t('platform.config.version')} error={errors.version} required>
      {(control) => (
        <Select
          {...control}
          value={typeof input.version === 'number' ? String(input.version) : ''}
          onChange={(event) => onChange({ ...input, version: Number(event.currentTarget.value) })}
        >
          {before.map(({ version, value }) => (
            <option key={version} value={version}>
              {`${version}: ${valueAsText(value)}`}
            </option>
          ))}
        </Select>
      )}
    </Field>
  )
}

/** What is typed as the server takes it; text that is no JSON stays text, of which the server says what it should be. */
function meant(typed: string, type: unknown): unknown {
  if (type === 'duration' || type === 'enum') return typed.trim()
  try {
    return JSON.parse(typed)
  } catch {
    return typed
  }
}

function hintOf(schema: Record<string, unknown>, t: ReturnType<typeof useText>): string | undefined {
  switch (schema.type) {
    case 'flag':
      return t('platform.config.hint.flag', { example: '{"enabled": true, "percent": 10}' })
    case 'integer':
    case 'percentage':
    case 'duration':
      return t('platform.config.hint.range', { min: String(schema.min), max: String(schema.max) })
    default:
      return undefined
  }
}
