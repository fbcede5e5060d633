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
import { personEntityType } from './person-entity.ts'
import type { PersonRecord } from './person-record.ts'

/** Let in again: by two people. */
export const enableAccount = defineAction<PersonRecord, z.ZodObject, AccountChange, unknown>({
  name: 'kernel.enable_account',
  risk: 'critical',
  movesMoney: false,
  target: personEntityType,
  input: z.object({}),
  reasons: [
    { code: 'returned', title: say`Back on the team, or in use again` },
    { code: 'key_replaced', title: say`The key or password has been replaced` },
    { code: 'cleared', title: say`Looked into and cleared` },
    OTHER,
  ],
  // Whoever policy lets decide (kernel/access/with-deciders.ts).
  approvals: { required: 1, leastRequired: 1, eligibleRoles: [], expiresInS: 72 * 3600 },
  present: { title: say`Enable account`, tone: 'danger' },
  inverse: 'kernel.disable_account',
  offeredOn: ({ disabled }) => disabled,
  decide(account, _input, { actor }) {
    if (account.accounts.includes(actor.id)) {
      return refuse('own_account', say`Nobody enables an account of their own.`)
    }
    if (!account.disabled) return refuse('not_disabled', say`This account is not disabled.`)
    return ofOwnConsole(account, actor.roles) ?? accept({ person: account.id })
  },
  preview: (account) => ({
    subject: nameOf(account),
    summary: say`${nameOf(account)} is let in again, with the roles held then.`,
    changes: [{ label: say`Account`, before: say`disabled`, after: say`active` }],
    effects: [
      say`Sessions that were ended stay ended: they sign in anew.`,
      say`For 24 h they countersign nothing that whoever asks for this, or agrees to it, asks for.`,
    ],
  }),
  eventTypes: ['kernel.person.enabled'],
  concerns: consolesOfAccount,
  events: ({ person }) => [accountEvent('enabled', person)],
})
