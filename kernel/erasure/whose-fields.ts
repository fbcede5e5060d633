import { type EntityRef, refText } from '../entities/entity-ref.ts'
import { type Said, say, type Text, together } from '../languages/say.ts'
import { fieldInWords } from '../reveal/field-in-words.ts'
import type { PersonalField } from '../reveal/personal-field.ts'

/** The data of one of the people in a record, by its fields in words. */
export type FieldsOf = { readonly subject: EntityRef; readonly fields: readonly Text[] }

/** Whose data a field is: of the record itself, unless it says otherwise. */
export function subjectOf<State extends { readonly id: string }>(
  kind: string,
  field: PersonalField<State>,
  state: State,
): EntityRef {
  return field.subject?.(state) ?? { kind, id: state.id }
}

/** Which of a record's personal data goes with its own erasure, and which with that of another record. */
export function whoseFields<State extends { readonly id: string }>(
  kind: string,
  personal: readonly PersonalField<State>[],
  state: State,
): { readonly own: readonly Text[]; readonly others: readonly FieldsOf[] } {
  const bySubject = new Map<string, { subject: EntityRef; fields: Text[] }>()
  for (const field of personal) {
    if (field.value(state) === undefined) continue
    const subject = subjectOf(kind, field, state)
    const those = bySubject.get(refText(subject)) ?? { subject, fields: [] }
    those.fields.push(fieldInWords(field))
    bySubject.set(refText(subject), those)
  }
  const record = refText({ kind, id: state.id })
  const own = bySubject.get(record)?.fields ?? []
  bySubject.delete(record)
  return { own, others: [...bySubject.values()] }
}

/** What goes with the record itself: `name, date of birth, the notes and files on it and what was noted on requests about it`. */
export function ownInWords(own: readonly Text[]): Said {
  return together([...own, say`the notes and files on it and what was noted on requests about it`], ', ')
}

/** `Data of party pty_1, readable here until that is erased itself: originator name, originator account.` */
export function othersInWords({ subject, fields }: FieldsOf): Said {
  return say`Data of ${subject.kind} ${subject.id}, readable here until that is erased itself: ${together(fields, ', ')}.`
}
