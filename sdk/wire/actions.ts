import type { PolicyRule } from './policy.ts'
import type { EntityRef, PersonRef, WireMoney, WireTime } from './values.ts'

export type Risk = 'low' | 'medium' | 'high' | 'critical'

export type ReasonCode = {
  code: string
  title: string
  note_required?: boolean
  /** The least that a required note has to hold: a regular expression with the flag `u`. */
  note_pattern?: string
}

/** The part of JSON Schema (draft 2020-12) that an action's input uses. */
export type JsonSchema = {
  type?: string | string[]
  title?: string
  description?: string
  properties?: Record<string, JsonSchema>
  required?: string[]
  enum?: (string | number | boolean | null)[]
  const?: string | number | boolean | null
  default?: unknown
  format?: string
  pattern?: string
  minLength?: number
  maxLength?: number
  minimum?: number
  maximum?: number
  items?: JsonSchema
  minItems?: number
  anyOf?: JsonSchema[]
  oneOf?: JsonSchema[]
  /** What kind of personal data it holds. */
  'x-personal-data'?: string
}

export type ActionDeclaration = {
  type: string
  title: string
  console: string
  risk: Risk
  moves_money: boolean
  tone?: string
  input_schema: JsonSchema
  target_kind: string
  reasons: ReasonCode[]
  doors: { method: string; path: string }[]
  inverse?: string
  /** What to do about it afterwards, where no action takes it back. */
  if_wrong?: string
  /** One request may be made over many of its records. */
  bulk?: boolean
}

export type ApprovalRequirement = {
  required: number
  eligible_roles: string[]
  expires_in_s?: number
  eligible_people?: PersonRef[]
}

/** A value in a preview: a sentence, a number, or money. */
export type PreviewValue = string | number | boolean | WireMoney | null

export type PreviewChange = {
  label: string
  before?: PreviewValue
  after?: PreviewValue
  /** The approval rules that the texts are about; null: there is none. */
  rules?: { before: PolicyRule | null; after: PolicyRule | null }
  /** The record that `after` names. */
  to?: EntityRef
}

/** What an action does, in words. */
export type PreviewBody = {
  summary: string
  changes: PreviewChange[]
  effects: string[]
  /** How things stand that move by themselves: no part of what is confirmed. */
  at_present?: string[]
  /** What should be noticed before it is confirmed. */
  warnings?: string[]
}

/** Another request that is open on the same record. */
export type RequestBeside = {
  id: string
  type: string
  title: string
  state: string
  requested_by: PersonRef
  created_at: WireTime
  /** Of the two only one can be carried out. */
  excludes: boolean
}

export type Preview = PreviewBody & {
  preview_digest: string
  approvals: ApprovalRequirement
  /** The codes that make sense for this very target. */
  reasons?: { code: string; title: string }[]
  target_version?: number | string
  fresh_at?: WireTime
  /** The latest time for which it may be scheduled; absent: it is done at once or not at all. */
  schedule_until?: WireTime
  /** How recently who asks must have signed in, in s. */
  max_age_s?: number
  /** It may be put in force at once, for so long, while its approval is asked for; by this person not before `barred_until`. */
  emergency?: { limit_s: number; max_age_s: number; barred_until?: WireTime }
  /** Asked for already: only what is in force at once may be asked for beside it. */
  open_request?: string
  /** What else has been asked for on the record and is not done yet. */
  beside?: RequestBeside[]
  /** This person may carry it out alone. */
  break_glass?: { max_age_s: number }
}
