import { z } from 'zod'
import { accept, defineAction, OTHER, refuse } from '../actions/define-action.ts'
import { say } from '../languages/say.ts'
import {
  type AccountChange,
  accountEvent,
  consolesOfAccount,
  nameOf,
  ofOwnConsole,
} from './account-change.ts'
import { lastHolder } from './last-holder.ts'
import { personEntityType } from './person-entity.ts'
import type { PersonRecord } from './person-record.ts'

/**
 * A person or machine is let in no more, from the next request on: at once and by one person, as containing is fast.
 * What they asked for and others agreed to is not carried out while they are.
 */
export const disableAccount = defineAction<PersonRecord, z.ZodObject, AccountChange, unknown>({
  name: 'kernel.disable_account',
  risk: 'high',
  movesMoney: false,
  target: personEntityType,
  input: z.object({}),
  reasons: [
    { code: 'left', title: say`Left the team, or is out of use` },
    { code: 'key_leaked', title: say`A key or password is known to others` },
    { code: 'incident', title: say`Incident`, noteRequired: true },
    { code: 'review', title: say`Found in an access review` },
    OTHER,
  ],
  approvals: { required: 0, eligibleRoles: [], expiresInS: 3600 },
  containment: true,
  present: {
    title: say`Disable account`,
    tone: 'danger',
    help: say`Nobody is let in under it until two people enable it again.`,
  },
  inverse: 'kernel.enable_account',
  offeredOn: ({ disabled }) => !disabled,
  decide(account, _input, { actor }) {
    if (actor.id === account.id) return refuse('own_account', say`Nobody disables their own account.`)
    // RULE: whoever comes for the first time is let in or not by what their identity provider says, not by who invited them.
    if (account.pending) {
      return refuse('never_signed_in', say`They have never signed in here. Take their role away instead.`)
    }
    if (account.disabled) return refuse('already_disabled', say`This account is disabled already.`)
    return (
      ofOwnConsole(account, actor.roles) ??
      lastHolder(account, account.roles) ??
      accept({ person: account.id })
    )
  },
  preview: (account) => ({
    subject: nameOf(account),
    summary: say`${nameOf(account)} is let in no more, from the next request on, in every session and with every key.`,
    changes: [{ label: say`Account`, before: say`active`, after: say`disabled` }],
    effects: [say`What they have asked for and others have agreed to is not carried out any more.`],
  }),
  eventTypes: ['kernel.person.disabled'],
  concerns: consolesOfAccount,
  events: ({ person }) => [accountEvent('disabled', person)],
})
