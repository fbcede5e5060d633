import { z } from 'zod'
import { type Action, accept, defineAction, OTHER, refuse } from '../actions/define-action.ts'
import type { EntityType } from '../entities/define-entity.ts'
import { type Said, say, type Text, together, written } from '../languages/say.ts'
import { redacted } from '../personal-data/sealing.ts'
import { fieldInWords } from '../reveal/field-in-words.ts'
import type { Erasable } from './erasable.ts'
import type { SubjectData } from './subject-data.ts'
import { othersInWords, ownInWords, whoseFields } from './whose-fields.ts'

/** People take their time over what cannot be taken back. */
const APPROVAL_EXPIRES_S = 7 * 24 * 3600
const REFERENCE_LONGEST_CHARS = 100
const ERASED = say`erased`

const input = z.object({
  reference: z
    .string()
    .max(REFERENCE_LONGEST_CHARS, written(say`must have at most ${REFERENCE_LONGEST_CHARS} characters`))
    .regex(
      /^[A-Za-z0-9][A-Za-z0-9 ./#_-]*$/,
      written(say`must be a case or ticket number: letters, digits and . / # _ -`),
    )
    .meta({
      title: 'Case or ticket',
      description: 'Under which it was asked for. It stays in the audit log for ever: no name.',
    }),
})

/**
 * The governed action that erases what is kept here of one record's people (K-35): `console.erase_kind`. It deletes the key under
 * which it is sealed (kernel/erasure/erase-subject.routine.sql), so that names, accounts, notes and files of it are
 * unreadable wherever they stand, and every proof of the audit log holds. By two people, whatever policy says; not under a legal
 * hold; never taken back.
 *
 * @param target made by `erasable`
 */
export function defineErasure<State extends { readonly id: string }, Upstreams>(
  target: EntityType<Erasable<State>, Upstreams>,
): Action<Upstreams> {
  const name = `${target.console}.erase_${target.kind}`
  const carriedOut = `${target.console}.${target.kind}_erasure.carried_out`
  return defineAction<Erasable<State>, typeof input, { id: string; reference: string }, Upstreams>({
    name,
    risk: 'high',
    movesMoney: false,
    target,
    input,
    reasons: [
      { code: 'asked_by_person', title: say`The person has asked for it` },
      { code: 'term_over', title: say`There is no more reason to keep it` },
      { code: 'kept_by_mistake', title: say`It should not have been kept` },
      OTHER,
    ],
    approvals: {
      required: 1,
      leastRequired: 1,
      // Whoever policy lets decide (kernel/access/with-deciders.ts).
      eligibleRoles: [],
      expiresInS: APPROVAL_EXPIRES_S,
    },
    present: {
      title: say`Erase personal data`,
      tone: 'danger',
      help: helpOf(target),
    },
    offeredOn: ({ personalData }) => personalData?.kept ?? false,
    decide(state, { reference }) {
      const data = kept(state)
      if (!data.kept) return refuse('nothing_kept', say`Nothing personal of it is kept here.`)
      if (data.held > 0) {
        return refuse(
          'legal_hold',
          data.held === 1
            ? say`A file on it is under a legal hold: nothing of it is erased until that is released.`
            : say`${data.held} files on it are under a legal hold: nothing of it is erased until that is released.`,
        )
      }
      if (data.open.some((type) => type !== name)) {
        return refuse(
          'requests_open',
          say`Something else is open on it, and its reasons would be erased with it.`,
        )
      }
      return accept({ id: state.id, reference })
    },
    preview: (state) => ({
      summary: say`Unreadable here for ever: ${ownInWords(whoseFields(target.kind, target.personal ?? [], state).own)}.`,
      changes: [
        ...(target.personal ?? []).flatMap((field) => {
          const { class: kind, value, subject } = field
          const text = subject === undefined ? value(state) : undefined
          return text === undefined
            ? []
            : [{ label: fieldInWords(field), before: redacted(text, kind), after: ERASED }]
        }),
        ...linesOf(say`Notes`, kept(state).notes),
        ...linesOf(say`Files`, kept(state).files),
      ],
      effects: [
        ...whoseFields(target.kind, target.personal ?? [], state).others.map(othersInWords),
        say`What is noted on this request is erased with it; its code and the case stay.`,
        say`It is found by name no more; its events, requests and audit entries stay, and their proofs hold.`,
        ...(kept(state).filesUntil === null
          ? []
          : [
              say`Files whose term runs until ${kept(state).filesUntil?.slice(0, 10) ?? ''} are lost with it.`,
            ]),
        say`What other records hold of them (transfers, hits) under a key of their own is erased there.`,
      ],
    }),
    recorded: ({ reference }) => ({ reference }),
    erases: true,
    eventTypes: [carriedOut],
    events: ({ id, reference }) => [
      {
        type: carriedOut,
        stream: `${target.console}.${target.kind}_erasure/${id}`,
        refs: [{ kind: target.kind, id }],
        payload: { reference },
      },
    ],
  })
}

/** By its fields, so that nobody takes the data of a party for that of the transfer it stands on. */
function helpOf<State, Upstreams>({ personal = [] }: EntityType<State, Upstreams>): Said {
  const named = (ofOthers: boolean) =>
    personal.filter(({ subject }) => (subject !== undefined) === ofOthers).map(fieldInWords)
  const others = named(true)
  return together(
    [
      say`What is kept here of this record itself becomes unreadable for ever: ${together([...named(false), say`notes`], ', ')} and files, what is noted on this request too.`,
      ...(others.length === 0
        ? []
        : [say`Not ${together(others, ', ')}: that goes with the erasure of the record it belongs to.`]),
      say`What its upstream keeps is the upstream’s.`,
    ],
    ' ',
  )
}

/** The reading that an action is decided on has it; a copy of a projection is never decided on. */
function kept({ personalData }: { readonly personalData?: SubjectData }): SubjectData {
  if (!personalData) throw new Error('an erasure is decided on a record that erasable() has read')
  return personalData
}

function linesOf(label: Text, count: number) {
  return count === 0 ? [] : [{ label, before: String(count), after: ERASED }]
}
