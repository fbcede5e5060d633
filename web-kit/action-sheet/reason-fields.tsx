import type { ReasonCode } from '@countersign/sdk/wire/actions.ts'
import { type Choice, Combobox } from '@countersign/ui/combobox.tsx'
import { Field } from '@countersign/ui/field.tsx'
import { TextArea } from '@countersign/ui/text-input.tsx'
import { useText } from '../messages.ts'
import { publishedCode } from '../request/reason-words.ts'
import { type FieldErrors, NOTE_LONGEST_CHARS, type SheetForm } from './sheet-state.ts'

/** Why it is asked for: one of the action's reasons, and a note. */
export function ReasonFields({
  reasons,
  form,
  errors,
  onChange,
  onUnchosen,
}: {
  reasons: readonly ReasonCode[]
  form: Pick<SheetForm, 'reason' | 'note' | 'how'>
  errors: FieldErrors
  onChange: (next: Partial<Pick<SheetForm, 'reason' | 'note'>>) => void
  /** What stands in the field and is no reason; null once it is one. */
  onUnchosen: (text: string | null) => void
}) {
  const t = useText()
  const chosen = reasons.find(({ code }) => code === form.reason)
  const always = reasons.length > 1 && reasons.every(({ note_required }) => note_required === true)
  const needed = always || chosen?.note_required === true
  const alone = form.how !== 'approval'
  const saidOfNote = t(
    alone
      ? 'sheet.how.noteRequired'
      : always
        ? 'sheet.note.always'
        : needed
          ? 'sheet.note.needed'
          : 'sheet.note.optional',
  )
  return (
    <>
      {reasons.length === 0 ? null : (
        <Field label={t('sheet.reason')} required error={errors.reason}>
          {(control) => (
            <Combobox
              control={control}
              value={form.reason}
              choices={reasons.map(reasonChoice)}
              placeholder={t('sheet.reason.placeholder')}
              emptyText={t('sheet.reason.none')}
              onChange={(reason) => onChange({ reason })}
              onUncommitted={onUnchosen}
            />
          )}
        </Field>
      )}
      <Field
        label={t('sheet.note')}
        required={needed || alone}
        {...(errors.note === undefined ? { hint: saidOfNote } : {})}
        error={errors.note === undefined || form.note.trim() !== '' ? errors.note : saidOfNote}
      >
        {(control) => (
          <TextArea
            {...control}
            maxLength={NOTE_LONGEST_CHARS}
            value={form.note}
            onChange={(event) => onChange({ note: event.target.value })}
          />
        )}
      </Field>
    </>
  )
}

function reasonChoice({ code, title }: ReasonCode): Choice {
  const published = publishedCode(code)
  return { value: code, label: title, ...(published === undefined ? {} : { code: published }) }
}
