import type { JsonSchema } from '@countersign/sdk/wire/actions.ts'

/** One field of a generated form. Money travels as `{amount, currency}`; everything else as JSON's own types. */
export type SchemaField = {
  name: string
  title: string
  description: string | undefined
  required: boolean
  /** `many`: a list, which takes a form of its own. */
  control: 'text' | 'long_text' | 'instant' | 'number' | 'choice' | 'yes_no' | 'money' | 'many'
  choices: string[]
  maxLength: number | undefined
  minimum: number | undefined
  maximum: number | undefined
}

const LONG_TEXT_FROM_CHARS = 200

/** The fields that an action's input schema asks for, in the schema's order. */
export function schemaFields(schema: JsonSchema): SchemaField[] {
  const required = new Set(schema.required ?? [])
  return Object.entries(schema.properties ?? {})
    .filter(([, property]) => property.const === undefined)
    .map(([name, declared]) => {
      const property = withoutNull(declared)
      return {
        name,
        title: declared.title ?? property.title ?? titleOf(name),
        description: declared.description ?? property.description,
        required: required.has(name) && declared.default === undefined,
        control: controlOf(property),
        choices: choicesOf(property),
        maxLength: property.maxLength,
        minimum: property.minimum,
        maximum: property.maximum,
      }
    })
}

/** What the form starts from: the schema's defaults and constants. */
export function schemaDefaults(schema: JsonSchema): Record<string, unknown> {
  const defaults: Record<string, unknown> = {}
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    if (property.default !== undefined) defaults[name] = property.default
    else if (property.const !== undefined) defaults[name] = property.const
  }
  return defaults
}

/** Names of required fields that hold nothing yet. */
export function missingFields(schema: JsonSchema, input: Record<string, unknown>): string[] {
  return schemaFields(schema)
    .filter((field) => field.required && isEmpty(input[field.name]))
    .map((field) => field.name)
}

/** The input as it is sent: empty optional fields left out, for `""` is a value and "not given" is none. */
export function sentInput(input: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(input).filter(([, value]) => !isEmpty(value)))
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === ''
}

function withoutNull(schema: JsonSchema): JsonSchema {
  const branches = schema.anyOf ?? schema.oneOf
  return branches?.find((branch) => branch.type !== 'null') ?? schema
}

function controlOf(schema: JsonSchema): SchemaField['control'] {
  if (schema.properties?.amount !== undefined && schema.properties.currency !== undefined) return 'money'
  if (schema.enum !== undefined) return 'choice'
  if (schema.items !== undefined) return 'many'
  const type = Array.isArray(schema.type) ? schema.type.find((one) => one !== 'null') : schema.type
  if (type === 'boolean') return 'yes_no'
  if (type === 'integer' || type === 'number') return 'number'
  if (schema.format === 'date-time') return 'instant'
  return (schema.maxLength ?? 0) > LONG_TEXT_FROM_CHARS ? 'long_text' : 'text'
}

function choicesOf(schema: JsonSchema): string[] {
  return (schema.enum ?? []).filter((value) => value !== null).map(String)
}

/** `override_hit_id` reads as "Override hit id" where the schema gives no title. */
function titleOf(name: string): string {
  const words = name.replaceAll('_', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}
