import { z } from 'zod'
import { accept, defineAction, OTHER, refuse } from '../actions/define-action.ts'
import { isOfOwnConsole } from './grant-role.ts'
import { personEntityType, personStream } from './person-entity.ts'
import type { PersonRecord } from './person-record.ts'

type AccountChange = { readonly person: string }

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
    { code: 'left', title: 'Left the team, or is out of use' },
    { code: 'key_leaked', title: 'A key or password is known to others' },
    { code: 'incident', title: 'Incident', noteRequired: true },
    { code: 'review', title: 'Found in an access review' },
    OTHER,
  ],
  approvals: { required: 0, eligibleRoles: [], expiresInS: 3600 },
  containment: true,
  present: {
    title: 'Disable account',
    tone: 'danger',
    help: 'Nobody is let in under it until two people enable it again.',
  },
  inverse: 'kernel.enable_account',
  offeredOn: ({ disabled }) => !disabled,
  decide(account, _input, { actor }) {
    if (actor.id === account.id) return refuse('own_account', 'Nobody disables their own account.')
    if (account.disabled) return refuse('already_disabled', 'This account is disabled already.')
    return ofOwnConsole(account, actor.roles) ?? accept({ person: account.id })
  },
  preview: (account) => ({
    summary: `${nameOf(account)} is let in no more, from the next request on, in every session and with every key.`,
    changes: [{ label: 'Account', before: 'active', after: 'disabled' }],
    effects: ['What they have asked for and others have agreed to is not carried out any more.'],
  }),
  events: ({ person }) => [accountEvent('disabled', person)],
})

/** Let in again: by two people. */
export const enableAccount = defineAction<PersonRecord, z.ZodObject, AccountChange, unknown>({
  name: 'kernel.enable_account',
  risk: 'critical',
  movesMoney: false,
  target: personEntityType,
  input: z.object({}),
  reasons: [
    { code: 'returned', title: 'Back on the team, or in use again' },
    { code: 'key_replaced', title: 'The key or password has been replaced' },
    { code: 'cleared', title: 'Looked into and cleared' },
    OTHER,
  ],
  // Whoever policy lets decide (kernel/access/with-deciders.ts).
  approvals: { required: 1, leastRequired: 1, eligibleRoles: [], expiresInS: 72 * 3600 },
  present: { title: 'Enable account', tone: 'danger' },
  inverse: 'kernel.disable_account',
  offeredOn: ({ disabled }) => disabled,
  decide(account, _input, { actor }) {
    if (actor.id === account.id) return refuse('own_account', 'Nobody enables their own account.')
    if (!account.disabled) return refuse('not_disabled', 'This account is not disabled.')
    return ofOwnConsole(account, actor.roles) ?? accept({ person: account.id })
  },
  preview: (account) => ({
    summary: `${nameOf(account)} is let in again, with the roles held then.`,
    changes: [{ label: 'Account', before: 'disabled', after: 'active' }],
    effects: ['Sessions that were ended stay ended: they sign in anew.'],
  }),
  events: ({ person }) => [accountEvent('enabled', person)],
})

/** Whoever looks after a console looks after the accounts that have a role of it. */
function ofOwnConsole({ asserted, granted }: PersonRecord, actorRoles: readonly string[]) {
  return [...asserted, ...granted].some(({ role }) => isOfOwnConsole(role, actorRoles))
    ? undefined
    : refuse('not_your_console', 'This account has no role of your console.')
}

function nameOf({ id, name }: PersonRecord): string {
  return name ?? id
}

function accountEvent(what: 'disabled' | 'enabled', person: string) {
  return {
    type: `kernel.person.${what}`,
    stream: personStream(person),
    refs: [{ kind: 'person', id: person }],
    payload: {},
  }
}
