import { z } from 'zod'
import { changeLine } from '../actions/change-line.ts'
import { accept, defineAction, OTHER, refuse, refuseField } from '../actions/define-action.ts'
import { say } from '../languages/say.ts'
import { personEntityType, personStream } from './person-entity.ts'
import type { PersonRecord } from './person-record.ts'
import { consoleOfRole, isOfOwnConsole } from './role-name.ts'

const input = z.object({
  role: z.string().max(128).meta({ title: 'Role', description: 'console/ROLE' }),
  hours: z.int().meta({ title: 'Hours', description: 'Full hours, from the moment of the last word on it.' }),
})

/**
 * Two people let a third read the records of their console for hours: a role that is declared with `lent`, to whoever holds the role that
 * it is lent to. It ends by itself; one person takes it away before (`kernel.revoke_role`). Whoever is to have it neither asks for it nor
 * agrees to it: those whose console is read answer for who looks into it.
 */
export const lendRole = defineAction<
  PersonRecord,
  typeof input,
  { person: string; role: string; hours: number },
  unknown
>({
  name: 'kernel.lend_role',
  risk: 'high',
  movesMoney: false,
  target: personEntityType,
  input,
  reasons: [
    { code: 'review', title: say`Looks into something`, noteRequired: true },
    { code: 'incident', title: say`Incident`, noteRequired: true },
    OTHER,
  ],
  // Whoever policy lets decide (kernel/access/with-deciders.ts).
  approvals: { required: 1, leastRequired: 1, eligibleRoles: [], expiresInS: 8 * 3600 },
  present: { title: say`Let read for a time`, tone: 'neutral' },
  offeredOn: ({ asserted, granted, lent }) =>
    Object.values(lent).some(({ to }) => [...asserted, ...granted].some(({ role }) => role === to)),
  decide(person, { role, hours }, { actor }) {
    if (person.accounts.includes(actor.id)) {
      return refuse('own_roles', say`Nobody grants a role to themselves, or to another account of theirs.`)
    }
    if (person.disabled) return refuse('person_disabled', say`This account is disabled.`)
    const offered = Object.keys(person.lent)
      .filter((one) => isOfOwnConsole(one, actor.roles))
      .sort()
    if (offered.length === 0) {
      return refuse('not_your_console', say`Your console has no role that is lent for a time.`)
    }
    // Whether the button is offered is asked with nothing filled in (entities/affordances.ts).
    if (role === undefined) return refuseField('input.role', say`is missing`, offered)
    const lent = offered.includes(role) ? person.lent[role] : undefined
    if (!lent)
      return refuseField('input.role', say`is no role of your console that is lent for a time`, offered)
    if (!person.roles.includes(lent.to)) {
      return refuseField('target.id', say`does not hold ${lent.to}, to which alone this role is lent`)
    }
    const running = person.granted.find((grant) => grant.role === role)
    if (running) {
      return refuseField(
        'input.role',
        say`is lent to them until ${running.expires_at ?? ''}: it ends then, or is taken away, before it is lent again`,
      )
    }
    if (hours === undefined) return refuseField('input.hours', say`is missing`)
    if (hours < 1 || hours > lent.max_hours) {
      return refuseField('input.hours', say`must be 1 to ${lent.max_hours} full hours`)
    }
    return accept({ person: person.id, role, hours })
  },
  preview: (person, { role, hours }) => ({
    subject: person.name ?? person.id,
    summary: say`${person.name ?? person.id} may read the records of ${consoleOfRole(role ?? '')} for ${hours ?? 0} h from the last agreement on, and do nothing there.`,
    changes: [
      changeLine(
        say`Roles`,
        person.roles.join(', '),
        [...person.roles, ...(role === undefined ? [] : [role])].join(', '),
      ),
      { label: say`Until`, after: say`${hours ?? 0} h after the last agreement` },
    ],
    effects: [
      say`They read records and lists. They ask for nothing there, agree to nothing, open no personal data and do not read the log.`,
      say`It ends by itself; one person can take it away before.`,
    ],
  }),
  concerns: (_person, { role }) => [consoleOfRole(role)],
  recorded: ({ role, hours }) => ({ role, hours }),
  eventTypes: ['kernel.person.role_granted'],
  events: ({ person, role, hours }) => [
    {
      type: 'kernel.person.role_granted',
      stream: personStream(person),
      refs: [{ kind: 'person', id: person }],
      payload: { role, hours },
    },
  ],
})
