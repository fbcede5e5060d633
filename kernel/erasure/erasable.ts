import type { EntityType } from '../entities/define-entity.ts'
import { type EntityRef, refText } from '../entities/entity-ref.ts'
import type { Json } from '../personal-data/canonical-json.ts'
import type { PersonalField } from '../reveal/personal-field.ts'
import { type SubjectData, subjectDataOf } from './subject-data.ts'

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
    const erasedAt = (state: Erasable<State>) =>
      state.personalData?.erased[refText(subjectOf(kind, field, state))]
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
      return { ...shown, data, banners: [...(shown.banners ?? []), erasedBanner(erasedAt)] }
    },
  }
}

/** Whose data a field is: of the record itself, unless it says otherwise. */
function subjectOf<State extends { readonly id: string }>(
  kind: string,
  field: PersonalField<State>,
  state: State,
): EntityRef {
  return field.subject?.(state) ?? { kind, id: state.id }
}

function erasedBanner(at: string): { tone: 'info'; text: string } {
  return { tone: 'info', text: `The personal data kept here was erased on ${at.slice(0, 10)}.` }
}
