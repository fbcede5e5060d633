import { z } from 'zod'
import { accept, defineAction, refuse } from '../actions/define-action.ts'
import { counted, say } from '../languages/say.ts'
import { deadLetterEntityType, deadLetterStream, notTheirs } from './dead-letter-entity.ts'
import type { DeadLetters } from './dead-letter-record.ts'

/** Of a kind, so many at a time; the oldest first. */
export const REPLAY_BATCH_LETTERS = 1_000

/** Read once more, by the worker and as any delivery is: duplicates and any order are harmless. */
export const replayDeadLetter = defineAction<
  DeadLetters,
  z.ZodObject,
  { id: string; letters: number },
  unknown
>({
  name: 'kernel.replay_dead_letter',
  risk: 'medium',
  movesMoney: false,
  target: deadLetterEntityType,
  input: z.object({}),
  reasons: [
    { code: 'cause_mended', title: say`What kept it from being understood is mended` },
    { code: 'try_again', title: say`To see whether it is understood now` },
  ],
  approvals: { required: 0, eligibleRoles: [], expiresInS: 3600 },
  present: {
    title: say`Replay`,
    tone: 'neutral',
    help: say`It is read once more, as if the source had sent it now.`,
  },
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
        ? say`One dead letter of ${source} is read once more.`
        : say`${counted(lettersAtOnce(letters), 'one {# dead letter} other {# dead letters}')} of ${source} are read once more.`,
    changes: [],
    effects: [
      say`What is understood becomes an event, unless it was told since; what is not waits again, with the newest reason.`,
      ...(letters.waiting > REPLAY_BATCH_LETTERS
        ? [say`${letters.waiting - REPLAY_BATCH_LETTERS} more wait for another replay.`]
        : []),
    ],
  }),
  recorded: ({ letters }) => ({ letters }),
  eventTypes: ['kernel.dead_letter.replay_requested'],
  events: ({ id, letters }) => [
    {
      type: 'kernel.dead_letter.replay_requested',
      stream: deadLetterStream(id),
      refs: [{ kind: 'dead_letter', id }],
      payload: { letters },
    },
  ],
})

export function lettersAtOnce({ waiting }: { readonly waiting: number }): number {
  return Math.min(waiting, REPLAY_BATCH_LETTERS)
}
