import { z } from 'zod'
import { type Action, accept, defineAction, OTHER, refuseField } from '../actions/define-action.ts'
import type { EntityType } from '../entities/define-entity.ts'
import { say } from '../languages/say.ts'
import { fieldInWords } from './field-in-words.ts'

/** A revealed value is hidden again after this long. */
export const REVEAL_MS = 5 * 60_000

/**
 * The governed action that shows one person one field of one record for {@link REVEAL_MS}: `console.reveal_kind`. It
 * decides and is recorded like any other; the value itself is read afterwards (`GET /v1/entities/{kind}/{id}/revealed`), so
 * that it is in no answer that is kept.
 *
 * @param target with the fields that it declares as personal
 * @throws Error at start-up where it declares none
 */
export function defineReveal<State extends { readonly id: string }, Upstreams>(
  target: EntityType<State, Upstreams>,
): Action<Upstreams> {
  const personal = target.personal ?? []
  const [first, ...more] = personal.map(({ path }) => path)
  if (first === undefined) throw new Error(`${target.kind} declares no personal data`)
  const input = z.object({
    field: z.enum([first, ...more]).meta({ title: 'Field', description: 'What is to be shown' }),
  })
  const granted = `${target.console}.${target.kind}_reveal.granted`
  return defineAction<State, typeof input, { id: string; field: string }, Upstreams>({
    name: revealOf(target),
    risk: 'medium',
    movesMoney: false,
    target,
    input,
    reasons: [
      { code: 'customer_contact', title: say`Speaking with this customer` },
      { code: 'compare_documents', title: say`Comparing with a document` },
      { code: 'investigation', title: say`Under investigation`, noteRequired: true },
      OTHER,
    ],
    approvals: { required: 0, eligibleRoles: [], expiresInS: 3600 },
    concurrent: true,
    present: {
      title: say`Reveal`,
      tone: 'neutral',
      help: say`Shows one field of personal data for ${REVEAL_MS / 60_000} minutes, to you alone. It is recorded.`,
    },
    offeredOn: (state) => personal.some(({ value }) => value(state) !== undefined),
    decide(state, { field }) {
      const there = personal.filter(({ value }) => value(state) !== undefined).map(({ path }) => path)
      if (!there.includes(field)) return refuseField('field', say`is not personal data of this record`, there)
      return accept({ id: state.id, field })
    },
    preview: (_state, { field }) => ({
      summary: say`The ${fieldInWords(personal.find(({ path }) => path === field) ?? { path: field })} is shown for ${REVEAL_MS / 60_000} minutes, to whoever asks for this alone.`,
      changes: [],
      effects: [say`That they saw it is recorded, each time.`],
    }),
    recorded: ({ field }) => ({ field }),
    eventTypes: [granted],
    events: ({ id, field }) => [
      {
        type: granted,
        stream: revealStream(target, id),
        refs: [{ kind: target.kind, id }],
        payload: { field },
      },
    ],
  })
}

/** The action, and so the permission, that reveals personal data of such records. */
export function revealOf({ console, kind }: { readonly console: string; readonly kind: string }): string {
  return `${console}.reveal_${kind}`
}

export function revealStream(
  { console, kind }: { readonly console: string; readonly kind: string },
  id: string,
): string {
  return `${console}.${kind}_reveal/${id}`
}
