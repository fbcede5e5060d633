import { z } from 'zod'
import { changeLine } from '../actions/change-line.ts'
import { accept, defineAction, OTHER, refuse, refuseField } from '../actions/define-action.ts'
import { say } from '../languages/say.ts'
import { instant } from '../time/instant.ts'
import { personEntityType, personStream } from './person-entity.ts'
import type { PersonRecord } from './person-record.ts'
import { consoleOfRole, isOfOwnConsole } from './role-name.ts'
import { sidesInConflict } from './sides-in-conflict.ts'

const input = z.object({
  role: z.string().max(128).meta({ title: 'Role', description: 'console/ROLE' }),
  expires_at: instant.optional().meta({ title: 'Until', description: 'Left out: until it is taken away.' }),
})

/** Two people give a third a role of their console; never both sides of the separation of duties. */
export const grantRole = defineAction<
  PersonRecord,
  typeof input,
  { person: string; role: string; expires_at?: string },
  unknown
>({
  name: 'kernel.grant_role',
  risk: 'critical',
  movesMoney: false,
  target: personEntityType,
  input,
  reasons: [
    { code: 'joined', title: say`Joined the team` },
    { code: 'covers', title: say`Covers for somebody` },
    { code: 'duties_changed', title: say`Duties have changed` },
    OTHER,
  ],
  approvals: {
    required: 1,
    leastRequired: 1,
    // Whoever policy lets decide (kernel/access/with-deciders.ts).
    eligibleRoles: [],
    expiresInS: 72 * 3600,
  },
  // Different roles may be asked for side by side; each is decided on the person as they are then.
  concurrent: true,
  present: { title: say`Grant role`, tone: 'danger' },
  inverse: 'kernel.revoke_role',
  inverseInput: ({ role }) => ({ role }),
  decide(person, { role, expires_at }, { actor, now }) {
    if (person.accounts.includes(actor.id)) {
      return refuse('own_roles', say`Nobody grants a role to themselves, or to another account of theirs.`)
    }
    if (person.disabled) return refuse('person_disabled', say`This account is disabled.`)
    const offered = grantable(person, actor.roles)
    if (offered.length === 0) {
      return refuse(
        'not_your_console',
        say`You grant roles of your own console, and there is none left to grant.`,
      )
    }
    // Whether the button is offered is asked with nothing filled in (entities/affordances.ts).
    if (role === undefined) return refuseField('input.role', say`is missing`, offered)
    if (!Object.hasOwn(person.sides, role)) return refuseField('input.role', say`is no role`, offered)
    if (Object.hasOwn(person.lent, role))
      return refuseField('input.role', say`is lent for a time, and never given`, offered)
    if (!isOfOwnConsole(role, actor.roles)) {
      return refuseField('input.role', say`is of another console: its own administrators grant it`, offered)
    }
    if (
      person.granted.some((grant) => grant.role === role) ||
      person.asserted.some((said) => said.role === role)
    ) {
      return refuse('already_held', say`${person.name ?? person.id} holds ${role} already.`)
    }
    const conflict = sidesInConflict(person, role, actor.roles)
    if (conflict) return conflict
    if (expires_at !== undefined && Date.parse(expires_at) <= now.getTime()) {
      return refuseField('input.expires_at', say`is over already`)
    }
    return accept({ person: person.id, role, ...(expires_at === undefined ? {} : { expires_at }) })
  },
  preview: (person, { role, expires_at }) => ({
    subject: person.name ?? person.id,
    summary: say`${person.name ?? person.id} may do what ${role} allows, from the next request on.`,
    changes: [
      changeLine(
        say`Roles`,
        person.roles.join(', '),
        [...person.roles, ...(role === undefined ? [] : [role])].join(', '),
      ),
      ...(expires_at === undefined ? [] : [{ label: say`Until`, after: expires_at }]),
    ],
    effects: [say`For 24 h they countersign nothing that whoever asks for this, or agrees to it, asks for.`],
  }),
  concerns: (_person, { role }) => [consoleOfRole(role)],
  recorded: ({ role }) => ({ role }),
  eventTypes: ['kernel.person.role_granted'],
  events: ({ person, role, expires_at }) => [
    {
      type: 'kernel.person.role_granted',
      stream: personStream(person),
      refs: [{ kind: 'person', id: person }],
      payload: { role, ...(expires_at === undefined ? {} : { expires_at }) },
    },
  ],
})

/** The roles that this person does not hold yet and that somebody with these roles may grant. */
function grantable(person: PersonRecord, actorRoles: readonly string[]): string[] {
  return Object.keys(person.sides)
    .filter(
      (role) =>
        isOfOwnConsole(role, actorRoles) && !person.roles.includes(role) && !Object.hasOwn(person.lent, role),
    )
    .sort()
}
