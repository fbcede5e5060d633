import type { EntityType } from '../entities/define-entity.ts'
import { refText } from '../entities/entity-ref.ts'
import { say, together } from '../languages/say.ts'
import type { Json } from '../personal-data/canonical-json.ts'
import type { PersonalField } from '../reveal/personal-field.ts'
import { type SubjectData, subjectDataOf } from './subject-data.ts'
import { othersInWords, ownInWords, subjectOf, whoseFields } from './whose-fields.ts'

/** A record with what is kept here of the people in it; absent on a copy that a projection has. */
export type Erasable<State> = State & { readonly personalData?: SubjectData }

/**
 * A kind of record whose personal data can be erased here (K-35): it then says so, and what was erased is revealed no
 * more, though its upstream may still know it. `defineErasure` makes the action.
 */
export function erasable<State extends { readonly id: string }, Upstreams>(
  type: EntityType<State, Upstreams>,
): EntityType<Erasable<State>, Upstreams> {
  const { kind } = type
  const personal = (type.personal ?? []).map((field): PersonalField<Erasable<State>> => {
    // Of what a record never had nothing was erased.
    const erasedAt = (state: Erasable<State>) =>
      field.value(state) === undefined
        ? undefined
        : state.personalData?.erased[refText(subjectOf(kind, field, state))]
    return {
      ...field,
      erasedAt,
      value: (state) => (erasedAt(state) === undefined ? field.value(state) : undefined),
    }
  })
  return {
    ...type,
    personal,
    async read(id, upstreams, context) {
      const reading = await type.read(id, upstreams, context)
      if (reading.status !== 'found') return reading
      const { state } = reading
      const subjects = (type.personal ?? []).map((field) => subjectOf(kind, field, state))
      return {
        ...reading,
        state: {
          ...state,
          personalData: await context.ask((kernel) => subjectDataOf(kernel, { kind, id }, subjects)),
        },
      }
    },
    present(state) {
      const shown = type.present(state)
      const erasedAt = state.personalData?.erased[refText({ kind, id: state.id })]
      if (erasedAt === undefined) return shown
      const data: Readonly<Record<string, Json>> = { ...shown.data, personal_data_erased_at: erasedAt }
      // What others' erasure has taken is not there any more: `personal` says no value of it.
      const { others } = whoseFields(kind, personal, state)
      const { own } = whoseFields(kind, type.personal ?? [], state)
      const text = together(
        [
          say`What was kept here of this record itself was erased on ${erasedAt.slice(0, 10)}: ${ownInWords(own)}.`,
          ...others.map(othersInWords),
        ],
        ' ',
      )
      return { ...shown, data, banners: [...(shown.banners ?? []), { tone: 'info', text }] }
    },
  }
}
