import { ProblemError } from '@countersign/sdk/problem.ts'
import type { ActionDeclaration, JsonSchema, ReasonCode } from '@countersign/sdk/wire/actions.ts'
import type { Translate } from '../messages.ts'
import { describeProblem } from '../problem-notice.tsx'
import { missingFields, placeTitle } from './schema-fields.ts'

/** As the server has it, in UTF-16 code units. */
export const NOTE_LONGEST_CHARS = 2_000

export type SheetForm = {
  input: Record<string, unknown>
  reason: string
  note: string
  /** Asked for and agreed to first; or in force at once, by the emergency form or by breaking the glass. */
  how: 'approval' | 'emergency' | 'break_glass'
  /** When it is to be carried out, RFC 3339, empty while it is not said; absent: as soon as it is agreed to. */
  at?: string | undefined
}

/** What is wrong with the form, by field: `reason`, `note`, or the name of an input field. */
export type FieldErrors = Record<string, string>

/** What has to be filled in before anything can be sent. */
export function missingIn(
  action: ActionDeclaration,
  reasons: readonly ReasonCode[],
  form: SheetForm,
  requiredText: string,
): FieldErrors {
  const errors: FieldErrors = {}
  for (const name of missingFields(action.input_schema, form.input)) errors[name] = requiredText
  if (reasons.length === 0) return errors
  const chosen = reasons.find((reason) => reason.code === form.reason)
  if (chosen === undefined) errors.reason = requiredText
  else if (chosen.note_required === true && form.note.trim() === '') errors.note = requiredText
  return errors
}

/** Which fields the one form holds otherwise than the other, by the names of their errors. */
export function changedFields(before: SheetForm, after: SheetForm): string[] {
  const names = new Set([...Object.keys(before.input), ...Object.keys(after.input)])
  return [
    ...[...names].filter((name) => before.input[name] !== after.input[name]),
    ...(before.reason === after.reason ? [] : ['reason']),
    ...(before.note === after.note ? [] : ['note']),
    ...(before.at === after.at ? [] : ['scheduled_for']),
  ]
}

/** The errors of these fields, and of what stands within them. */
export function errorsOf(errors: FieldErrors, names: ReadonlySet<string>): FieldErrors {
  return Object.fromEntries(
    Object.entries(errors).filter(([place]) => names.has(place) || names.has(place.split('.')[0] ?? '')),
  )
}

/** Whether the input itself lacks something, apart from why and when. */
export function isInputWanting(missing: FieldErrors): boolean {
  return Object.keys(missing).some((name) => !['reason', 'note', 'scheduled_for'].includes(name))
}

/** The reason as it is sent. */
export function reasonOf({ reason, note }: Pick<SheetForm, 'reason' | 'note'>): {
  code: string
  note?: string
} {
  return note.trim() === '' ? { code: reason } : { code: reason, note: note.trim() }
}

/** The server's refusal, by the form's own fields; what belongs to no field is left to the banner. */
export function refusedFields(error: unknown): FieldErrors {
  if (!(error instanceof ProblemError)) return {}
  const errors: FieldErrors = {}
  for (const { field, message, allowed } of error.problem.errors ?? []) {
    const name = fieldOf(field)
    const text = allowed === undefined ? message : withAllowed(message, allowed)
    errors[name] = text
    // What is wrong deep inside a field is also known by its own place there: `rules.1.required`.
    const within = /^input\.(.+\..+)$/.exec(field)?.[1]
    if (within !== undefined) errors[within] = text
  }
  return errors
}

/** The refusal as sentences, each field by its label on the form; paths are for programs. */
export function refusalText(error: unknown, schema: JsonSchema, t: Translate): string {
  const fields = error instanceof ProblemError ? (error.problem.errors ?? []) : []
  if (fields.length === 0) return describeProblem(error, t).detail
  return fields
    .map(({ field, message, allowed }) => {
      const label = labelOf(field, schema, t)
      const text = allowed === undefined ? message : withAllowed(message, allowed)
      return label === undefined
        ? sentence(text)
        : t('sheet.refusedField', { label, text: text.replace(/\.$/, '') })
    })
    .join(' ')
}

function labelOf(field: string, schema: JsonSchema, t: Translate): string | undefined {
  const own = OWN_LABELS[field]
  if (own !== undefined) return t(own)
  const [first, ...rest] = field.split('.')
  return placeTitle(schema, first === 'input' ? rest : [first ?? '', ...rest])
}

const OWN_LABELS: Record<string, string> = {
  reason: 'sheet.reason',
  'reason.code': 'sheet.reason',
  'reason.note': 'sheet.note',
  scheduled_for: 'sheet.later.at',
}

function sentence(text: string): string {
  const begun = text.charAt(0).toUpperCase() + text.slice(1)
  return /[.!?]$/.test(begun) ? begun : `${begun}.`
}

/** What only machines call so the form offers in words. */
function withAllowed(message: string, allowed: readonly string[]): string {
  if (allowed.length === 0 || allowed.some((value) => MACHINE_WORD.test(value))) return message
  return `${message} (${allowed.slice(0, ALLOWED_SHOWN).join(', ')})`
}

const ALLOWED_SHOWN = 8
const MACHINE_WORD = /^[a-z]+(_[a-z0-9]+)+$/

function fieldOf(path: string): string {
  const parts = path.replace(/^[/#]+/, '').split(/[./]/)
  if (parts[0] === 'reason') return parts[1] === 'note' ? 'note' : 'reason'
  if (parts[0] === 'note') return 'note'
  return (parts[0] === 'input' ? parts[1] : parts[0]) ?? path
}

const STALE_CODES = ['preview_stale', 'target_changed']

/** Whether the refusal says that what was previewed is no longer what would happen. */
export function isStalePreview(error: unknown): boolean {
  if (!(error instanceof ProblemError)) return false
  return STALE_CODES.includes(error.problem.code ?? '')
}
