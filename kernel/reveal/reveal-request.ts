import { z } from 'zod'
import { accept, defineAction, OTHER, refuse } from '../actions/define-action.ts'
import { type RequestSubject, requestEntityType } from '../actions/request-entity.ts'
import { say } from '../languages/say.ts'
import { REVEAL_MS, revealOf, revealStream } from './define-reveal.ts'

const GRANTED = 'kernel.request_reveal.granted'

type Accepted = { readonly id: string; readonly revision: number; readonly fields: readonly string[] }

/**
 * Shows one person the personal data that a request goes by, all of it, for {@link REVEAL_MS}: whoever agrees signs what they have
 * seen. The values are read afterwards, as of any record (`GET /v1/entities/request/{id}/revealed`).
 */
export const revealRequest = defineAction<RequestSubject, z.ZodObject, Accepted, unknown>({
  name: revealOf(requestEntityType),
  risk: 'medium',
  movesMoney: false,
  target: requestEntityType,
  input: z.object({}),
  reasons: [
    { code: 'to_decide', title: say`Deciding on this request` },
    { code: 'customer_contact', title: say`Speaking with this customer` },
    { code: 'investigation', title: say`Under investigation`, noteRequired: true },
    OTHER,
  ],
  approvals: { required: 0, eligibleRoles: [], expiresInS: 3600 },
  concurrent: true,
  present: {
    title: say`Open personal data`,
    tone: 'neutral',
    help: say`Shows what it says of people and accounts for ${REVEAL_MS / 60_000} minutes, to you alone. It is recorded.`,
  },
  offeredOn: ({ personalInput, personalUnread }) => personalInput.length > 0 || personalUnread !== undefined,
  decide({ id, console, revision, personalInput, personalUnread }, _input, { actor }) {
    if (personalUnread) return refuse('upstream_unreadable', personalUnread)
    if (personalInput.length === 0) {
      return refuse('nothing_personal', say`It goes by no personal data.`)
    }
    if (!actor.roles.some((role) => role.startsWith(`${console}/`))) {
      return refuse('not_your_console', say`What it says of people is for the people of ${console} to see.`)
    }
    return accept({ id, revision, fields: personalInput })
  },
  preview: ({ called }) => ({
    summary: say`What "${called}" says of people and accounts is shown for ${REVEAL_MS / 60_000} minutes, to whoever asks for this alone.`,
    changes: [],
    effects: [say`That they saw it is recorded, each time.`],
  }),
  concerns: ({ console }) => [console],
  recorded: ({ revision, fields }) => ({ revision, fields }),
  eventTypes: [GRANTED],
  events: ({ id, revision, fields }) => [
    {
      type: GRANTED,
      stream: revealStream(requestEntityType, id),
      refs: [{ kind: 'request', id }],
      payload: { revision, fields },
    },
  ],
})
