import { useState } from 'react'
import { useMe } from '../me-context.tsx'
import { backAt, draftOf, dropDraft, keepDraft, leaveSheet, type SheetOf } from './drafts.ts'

/** The form of a sheet, which survives closing the sheet and leaving the page to sign in again. */
export function useDraft<Form>(
  sheet: SheetOf,
  start: () => Form,
): {
  form: Form
  /** It was typed before. */
  restored: boolean
  change: (next: Form) => void
  drop: () => void
  /** Before the page is left; with the records that the sheet acts on, where its place does not say. */
  leave: (records?: readonly unknown[]) => void
} {
  const me = useMe().person.id
  const [before] = useState(() => {
    backAt(me, sheet.place)
    return draftOf<Form>(sheet)
  })
  const [form, setForm] = useState<Form>(() => before ?? start())
  return {
    form,
    restored: before !== undefined,
    change: (next) => {
      setForm(next)
      keepDraft(sheet, next)
    },
    drop: () => dropDraft(sheet),
    leave: (records) => leaveSheet(me, { ...sheet, form, ...(records === undefined ? {} : { records }) }),
  }
}
