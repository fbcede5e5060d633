import { say, type Text } from '@countersign/kernel/languages/say.ts'
import type { Json } from '@countersign/kernel/personal-data/canonical-json.ts'
import { z } from 'zod'

/** What a value of one key may be. `version` goes up with each change by which an earlier value would be misread. */
export type ConfigForm = { readonly version: number } & (
  | { readonly type: 'flag' }
  | { readonly type: 'boolean' }
  | { readonly type: 'integer'; readonly min: number; readonly max: number }
  /** Text such as `90s`: a whole number and `ms`, `s`, `m`, `h` or `d`. */
  | { readonly type: 'duration'; readonly min: string; readonly max: string }
  /** Two decimals at most. */
  | { readonly type: 'percentage'; readonly min: number; readonly max: number }
  | { readonly type: 'enum'; readonly allowed: readonly string[] }
  /** An object of these members, each of them text of this pattern or one of a list; all of them, and no other. */
  | { readonly type: 'object'; readonly members: Readonly<Record<string, ConfigMember>> }
)
export type ConfigMember =
  | { readonly pattern: string; readonly such: string }
  | { readonly allowed: readonly string[] }

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }
const DURATION = /^(0|[1-9]\d{0,8})(ms|s|m|h|d)$/
/** A flag that is on for all or none, or for a share. */
const flag = z.union([
  z.boolean(),
  z.strictObject({ enabled: z.boolean(), percent: z.int().min(0).max(100) }),
])

export type ConfigFault = {
  readonly path?: string
  readonly message: Text
  readonly allowed?: readonly string[]
}

/** Why this is no value of that form; undefined where it is one. */
export function configFault(form: ConfigForm, value: Json | undefined): ConfigFault | undefined {
  if (value === undefined) return { message: say`is missing: ${formInWords(form)}` }
  if (form.type === 'object') return objectFault(form.members, value)
  if (fits(form, value)) return undefined
  return {
    message: formInWords(form),
    ...(form.type === 'enum' ? { allowed: form.allowed } : {}),
    ...(form.type === 'boolean' ? { allowed: ['true', 'false'] } : {}),
  }
}

/** "must be a whole number from 1 to 20". */
export function formInWords(form: ConfigForm): Text {
  switch (form.type) {
    case 'flag':
      return say`must be true, false, or an object with enabled (true or false) and percent (a whole number from 0 to 100)`
    case 'boolean':
      return say`must be true or false`
    case 'integer':
      return say`must be a whole number from ${form.min} to ${form.max}`
    case 'duration':
      return say`must be text that says a duration from ${form.min} to ${form.max}, in ms, s, m, h or d`
    case 'percentage':
      return say`must be a number from ${form.min} to ${form.max}, with two decimals at most`
    case 'enum':
      return say`must be one of ${form.allowed.join(', ')}`
    case 'object':
      return say`must be an object with ${Object.keys(form.members).join(', ')}`
    default:
      return form satisfies never
  }
}

function fits(form: Exclude<ConfigForm, { type: 'object' }>, value: Json): boolean {
  switch (form.type) {
    case 'flag':
      return flag.safeParse(value).success
    case 'boolean':
      return typeof value === 'boolean'
    case 'integer':
      return Number.isSafeInteger(value) && Number(value) >= form.min && Number(value) <= form.max
    case 'duration': {
      const ms = durationMs(value)
      return ms !== undefined && ms >= (durationMs(form.min) ?? 0) && ms <= (durationMs(form.max) ?? 0)
    }
    case 'percentage':
      return (
        typeof value === 'number' &&
        value >= form.min &&
        value <= form.max &&
        Number(value.toFixed(2)) === value
      )
    case 'enum':
      return typeof value === 'string' && form.allowed.includes(value)
    default:
      return form satisfies never
  }
}

function durationMs(value: Json): number | undefined {
  const [, count, unit = ''] = (typeof value === 'string' && DURATION.exec(value)) || []
  return count === undefined ? undefined : Number(count) * (UNIT_MS[unit] ?? 0)
}

function objectFault(members: Readonly<Record<string, ConfigMember>>, value: Json): ConfigFault | undefined {
  const whole = { message: say`must be an object with ${Object.keys(members).join(', ')}` }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return whole
  const given = value as Readonly<Record<string, Json>>
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(members, name))
  if (unknown !== undefined) return { ...whole, allowed: Object.keys(members) }
  for (const [name, member] of Object.entries(members)) {
    const text = given[name]
    if ('allowed' in member) {
      if (typeof text === 'string' && member.allowed.includes(text)) continue
      const message = say`must be one of ${member.allowed.join(', ')}`
      return { path: name, message, allowed: member.allowed }
    }
    if (typeof text === 'string' && new RegExp(member.pattern).test(text)) continue
    return { path: name, message: say`must be text such as ${member.such}` }
  }
  return undefined
}
