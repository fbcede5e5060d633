import { z } from 'zod'
import { accept, defineAction, OTHER, refuseField } from '../actions/define-action.ts'
import { say } from '../languages/say.ts'
import { nameOf, ofOwnConsole } from './account-change.ts'
import { personEntityType, personStream } from './person-entity.ts'
import type { PersonRecord } from './person-record.ts'

const input = z.object({ session: z.uuid().meta({ title: 'Which session' }) })

/** One session of somebody is over, in whichever browser it is; the account stays as it is. */
export const endSession = defineAction<
  PersonRecord,
  typeof input,
  { person: string; session: string },
  unknown
>({
  name: 'kernel.end_session',
  risk: 'medium',
  movesMoney: false,
  target: personEntityType,
  input,
  reasons: [
    { code: 'browser_lost', title: say`The computer or phone is lost, or others use it` },
    { code: 'not_theirs', title: say`They say it is not theirs` },
    { code: 'incident', title: say`Incident`, noteRequired: true },
    OTHER,
  ],
  approvals: { required: 0, eligibleRoles: [], expiresInS: 3600 },
  containment: true,
  concurrent: true,
  present: {
    title: say`End session`,
    tone: 'danger',
    help: say`Whoever uses it has to sign in anew.`,
  },
  offeredOn: ({ sessions }) => sessions.length > 0,
  decide(account, { session }, { actor }) {
    const foreign = ofOwnConsole(account, actor.roles)
    if (foreign) return foreign
    const known = account.sessions.map(({ id }) => id)
    if (session === undefined || !known.includes(session)) {
      return refuseField('input.session', say`is no session of theirs that goes on`, known)
    }
    return accept({ person: account.id, session })
  },
  preview: (account) => ({
    subject: nameOf(account),
    summary: say`One session of ${nameOf(account)} is over, from its next request on.`,
    changes: [],
    effects: [say`Whoever uses it has to sign in anew.`],
  }),
  recorded: ({ session }) => ({ session_id: session }),
  eventTypes: ['kernel.person.session_ended'],
  events: ({ person, session }) => [
    {
      type: 'kernel.person.session_ended',
      stream: personStream(person),
      refs: [{ kind: 'person', id: person }],
      payload: { session },
    },
  ],
})
