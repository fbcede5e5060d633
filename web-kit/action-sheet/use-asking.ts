import type { IntentState } from '@countersign/sdk/intent.ts'
import type { ActionDeclaration, ReasonCode } from '@countersign/sdk/wire/actions.ts'
import type { QueryKey, UseQueryResult } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { useText } from '../messages.ts'
import { useIntent } from '../use-intent.ts'
import type { SheetOf } from './drafts.ts'
import {
  changedFields,
  errorsOf,
  type FieldErrors,
  isInputWanting,
  isStalePreview,
  missingIn,
  reasonOf,
  refusalText,
  refusedFields,
  type SheetForm,
} from './sheet-state.ts'
import { useDraft } from './use-draft.ts'
import { usePreview } from './use-preview.ts'

type Reason = ReturnType<typeof reasonOf>
/** A confirmation that came too early: of which form, and what was on the screen. */
type Pressed = { form: SheetForm; seen: string }

const NOTHING: ReadonlySet<string> = new Set()
/** Members of a preview that are of one reading or of the form, not of what it does; the server holds it to its version itself. */
const OF_ONE_READING = new Set([
  'preview_digest',
  'fresh_at',
  'target_version',
  'schedule_until',
  'reasons',
  'max_age_s',
])

/** A sheet in which something is asked for: what was typed, what it would do, what is wrong with it, and the one way to send it. */
export type Asking<Preview, Body> = {
  readonly form: SheetForm
  /** It was typed before. */
  readonly restored: boolean
  readonly preview: UseQueryResult<Preview>
  /** The preview of exactly what is typed; undefined while it is not there. */
  readonly shown: Preview | undefined
  /** What is wrong with the form, by field. */
  readonly errors: FieldErrors
  /** Something has to be filled in before a preview can be read. */
  readonly wanting: boolean
  readonly state: IntentState<Body>
  /** Why nothing can be sent yet. */
  readonly disabledReason: string | undefined
  /** What became of a press that came while what it does was being read. */
  readonly said: string | undefined
  /** A refusal in the form's own words. */
  readonly refusal: (error: unknown) => string
  readonly change: (next: Partial<SheetForm>) => void
  /** Some field was left: what was typed so far may be said to be wrong. */
  readonly left: () => void
  readonly unchosen: (text: string | null) => void
  readonly confirm: () => void
  /** Before the page is left; with the records that the sheet acts on, where its place does not say. */
  readonly leave: (records?: readonly unknown[]) => void
}

/** What every sheet that asks for an action does alike. What is confirmed is the very preview that is on the screen. */
export function useAsking<Preview, Body, Answer>({
  action,
  sheet,
  start,
  reasons = action.reasons,
  missingToo,
  of,
  over = false,
  read,
  bodyOf,
  send,
  outdates = isStalePreview,
  accepted,
}: {
  action: ActionDeclaration
  sheet: SheetOf
  start: () => SheetForm
  reasons?: readonly ReasonCode[]
  /** What else this form lacks, by field. */
  missingToo?: (form: SheetForm) => FieldErrors
  /** Of what the preview is, beside the input and the reason. */
  of: QueryKey
  /** It was sent and taken: nothing is reckoned any more. */
  over?: boolean
  /** `reason`: undefined until it is given with all that it needs. */
  read: (input: Record<string, unknown>, reason: Reason | undefined, signal: AbortSignal) => Promise<Preview>
  /** What is sent of a form that lacks nothing; undefined where there is nothing to send. */
  bodyOf: (shown: Preview, form: SheetForm, input: Record<string, unknown>) => Body | undefined
  send: (body: Body, key: string) => Promise<Answer>
  /** Whether a refusal says that what is on the screen is not what would happen now. */
  outdates?: (error: unknown) => boolean
  accepted: (answer: Answer) => void
}): Asking<Preview, Body> {
  const t = useText()
  const draft = useDraft<SheetForm>(sheet, start)
  const { form } = draft
  const [dirty, setDirty] = useState<ReadonlySet<string>>(NOTHING)
  const [leftFields, setLeftFields] = useState<ReadonlySet<string>>(NOTHING)
  const [asked, setAsked] = useState(false)
  const [unchosen, setUnchosen] = useState<string | null>(null)
  const missing: FieldErrors = {
    ...missingIn(action, reasons, form, t('form.required')),
    ...missingToo?.(form),
    ...(unchosen === null ? {} : { reason: t('sheet.reason.unchosen', { text: unchosen.trim() }) }),
  }
  const wanting = isInputWanting(missing)
  const { note_required: noteNeeded, note_pattern: least } =
    reasons.find(({ code }) => code === form.reason) ?? {}
  const reasonGiven = !('reason' in missing) && !('note' in missing) && reasons.length > 0
  const {
    query: preview,
    shown,
    input,
  } = usePreview({
    // The note says nothing to the reckoning; whether a needed one is there, and holds what it has to, does.
    of: [...of, reasonGiven ? form.reason : null, noteNeeded === true && fits(form.note, least)],
    typed: form.input,
    wanting: wanting || over,
    read: (input, signal) => read(input, reasonGiven ? reasonOf(form) : undefined, signal),
  })
  const intent = useIntent<Body, Answer>(
    async (body, key) => {
      try {
        return await send(body, key)
      } catch (error) {
        if (outdates(error)) void preview.refetch()
        throw error
      }
    },
    (answer) => {
      draft.drop()
      accepted(answer)
    },
  )
  const { state } = intent
  // Something was read before and is on the screen, while it is read anew.
  const isReadAgain = preview.data !== undefined && !preview.isError
  const [pressed, setPressed] = useState<Pressed | null>(null)
  const [differs, setDiffers] = useState(false)
  const waiting = pressed !== null && pressed.form === form
  const confirm = () => {
    setAsked(true)
    setDiffers(false)
    if (state.phase === 'undecided') return intent.send(state.body)
    if (Object.keys(missing).length > 0) return
    if (shown === undefined) {
      if (isReadAgain) setPressed({ form, seen: said(preview.data) })
      return
    }
    const body = bodyOf(shown, form, input)
    if (body !== undefined) intent.send(body)
  }
  // What was on the screen when it was pressed is what is confirmed: only if it says the same is it sent by itself.
  useEffect(() => {
    if (!waiting || (shown === undefined && !preview.isError)) return
    setPressed(null)
    if (shown === undefined) return
    if (said(shown) === pressed.seen) confirm()
    else setDiffers(true)
  })
  const failure = state.phase === 'refused' || state.phase === 'undecided' ? state.error : null
  const refusal = (error: unknown) => refusalText(error, action.input_schema, t)
  const unread = preview.isError ? refusal(preview.error) : t('sheet.previewAwaited')
  const unmet = refusedFields(preview.error)
  return {
    form,
    restored: draft.restored,
    preview,
    shown,
    errors: {
      ...(asked ? { ...missing, ...unmet } : errorsOf(unmet, leftFields)),
      ...refusedFields(failure),
    },
    wanting,
    state,
    disabledReason: shown !== undefined || wanting || isReadAgain ? undefined : unread,
    said: waiting ? t('sheet.previewThenSent') : differs ? t('sheet.previewChanged') : undefined,
    refusal,
    change(next) {
      const changed = { ...form, ...next }
      draft.change(changed)
      setDiffers(false)
      setDirty((before) => new Set([...before, ...changedFields(form, changed)]))
      if (state.phase === 'refused') intent.restart()
    },
    left: () => setLeftFields(dirty),
    unchosen: setUnchosen,
    confirm,
    leave: draft.leave,
  }
}

/** What a note has to hold is declared with the reason. */
const fits = (note: string, pattern: string | undefined) =>
  pattern === undefined || new RegExp(pattern, 'u').test(note)

/** All that a preview tells a person, to compare it by. */
function said(preview: unknown): string {
  return JSON.stringify(preview, (name, value) => (OF_ONE_READING.has(name) ? undefined : value))
}
