import type { JsonSchema } from '@countersign/sdk/wire/actions.ts'

/** One field of a generated form. Money travels as `{amount, currency}`; everything else as JSON's own types. */
export type SchemaField = {
  name: string
  title: string
  description: string | undefined
  required: boolean
  /** `several`: any of a fixed set; `many`: a list of anything else, which takes a form of its own. */
  control: 'text' | 'long_text' | 'instant' | 'number' | 'choice' | 'several' | 'yes_no' | 'money' | 'many'
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

/** What is required and holds nothing yet, by its place: `role`, `entries.0.person`. */
export function missingFields(schema: JsonSchema, input: Record<string, unknown>): string[] {
  return schemaFields(schema).flatMap(({ name, required }) => {
    if (isEmpty(input[name])) return required ? [name] : []
    const declared = schema.properties?.[name]
    return declared === undefined ? [] : missingWithin(withoutNull(declared), input[name], name)
  })
}

/** The same of what stands inside a value, where an empty text is missing only if the schema wants one character of it. */
function missingWithin(schema: JsonSchema, value: unknown, place: string): string[] {
  if (Array.isArray(value)) {
    if (value.length < (schema.minItems ?? 0)) return [place]
    const { items } = schema
    return items === undefined ? [] : value.flatMap((one, at) => missingWithin(items, one, `${place}.${at}`))
  }
  if (typeof value === 'string') return value.length < Math.min(schema.minLength ?? 0, 1) ? [place] : []
  if (typeof value !== 'object' || value === null) return []
  const held: Record<string, unknown> = { ...value }
  return Object.entries(schema.properties ?? {}).flatMap(([name, property]) => {
    const within = `${place}.${name}`
    if (held[name] !== undefined) return missingWithin(property, held[name], within)
    return (schema.required ?? []).includes(name) && property.default === undefined ? [within] : []
  })
}

/**
 * What a place in the input is called on the form: `entries.0.person` reads as "On call 1, Person".
 *
 * @returns undefined where the schema knows no such place
 */
export function placeTitle(schema: JsonSchema, place: readonly string[]): string | undefined {
  const titles: string[] = []
  let at: JsonSchema | undefined = schema
  for (const part of place) {
    at = at === undefined ? undefined : withoutNull(at)
    const last = titles.length - 1
    if (at?.items !== undefined && /^\d+$/.test(part)) {
      titles[last] = `${titles[last] ?? ''} ${Number(part) + 1}`
      at = at.items
    } else if (at?.properties?.[part] !== undefined) {
      const { [part]: property }: Record<string, JsonSchema> = at.properties
      // The figure of an amount of money is that amount: it has no name of its own.
      if (part !== 'amount' || at.properties.currency === undefined || titles.length === 0) {
        titles.push(property?.title ?? titleOf(part))
      }
      at = property
    } else return titles.length === 0 ? undefined : titles.join(', ')
  }
  return titles.join(', ')
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
  if (schema.items?.enum !== undefined) return 'several'
  if (schema.items !== undefined) return 'many'
  const type = Array.isArray(schema.type) ? schema.type.find((one) => one !== 'null') : schema.type
  if (type === 'boolean') return 'yes_no'
  if (type === 'integer' || type === 'number') return 'number'
  if (schema.format === 'date-time') return 'instant'
  return (schema.maxLength ?? 0) > LONG_TEXT_FROM_CHARS ? 'long_text' : 'text'
}

function choicesOf(schema: JsonSchema): string[] {
  return (schema.enum ?? schema.items?.enum ?? []).filter((value) => value !== null).map(String)
}

/** `override_hit_id` reads as "Override hit id" where the schema gives no title. */
function titleOf(name: string): string {
  const words = name.replaceAll('_', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}
