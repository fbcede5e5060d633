import { z } from 'zod'
import { accept, defineAction, refuse } from '../actions/define-action.ts'
import { counted, say } from '../languages/say.ts'
import { deadLetterEntityType, deadLetterStream, notTheirs } from './dead-letter-entity.ts'
import type { DeadLetters } from './dead-letter-record.ts'
import { lettersAtOnce, REPLAY_BATCH_LETTERS } from './replay-dead-letter.ts'

/** Nothing will be made of it: it calls for nobody any more, and is kept and shown as what was discarded. */
export const discardDeadLetter = defineAction<
  DeadLetters,
  z.ZodObject,
  { id: string; letters: number },
  unknown
>({
  name: 'kernel.discard_dead_letter',
  risk: 'medium',
  movesMoney: false,
  target: deadLetterEntityType,
  input: z.object({}),
  reasons: [
    { code: 'not_an_event', title: say`It tells of nothing` },
    { code: 'told_otherwise', title: say`The source has told of it in another way` },
    { code: 'other', title: say`Another reason`, noteRequired: true },
  ],
  approvals: { required: 0, eligibleRoles: [], expiresInS: 3600 },
  present: { title: say`Discard`, tone: 'danger', help: say`It is kept, and shown as discarded.` },
  offeredOn: ({ letters }) => letters.waiting > 0,
  decide(found, _input, { actor }) {
    if (notTheirs(found, actor))
      return refuse('not_your_console', say`That is for the people of its console.`)
    if (found.letters.waiting === 0) return refuse('nothing_waits', say`Nothing of it waits.`)
    return accept({ id: found.id, letters: Math.min(found.letters.waiting, REPLAY_BATCH_LETTERS) })
  },
  preview: ({ letters, source }) => ({
    summary:
      lettersAtOnce(letters) === 1
        ? say`One dead letter of ${source} is discarded: nothing is made of what it says.`
        : say`${counted(lettersAtOnce(letters), 'one {# dead letter} other {# dead letters}')} of ${source} are discarded: nothing is made of what it says.`,
    changes: [],
    effects: [say`Sent again, it stays discarded.`],
  }),
  recorded: ({ letters }) => ({ letters }),
  eventTypes: ['kernel.dead_letter.discarded'],
  events: ({ id, letters }) => [
    {
      type: 'kernel.dead_letter.discarded',
      stream: deadLetterStream(id),
      refs: [{ kind: 'dead_letter', id }],
      payload: { letters },
    },
  ],
})
