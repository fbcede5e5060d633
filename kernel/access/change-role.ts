import { z } from 'zod'
import { changeLine } from '../actions/change-line.ts'
import {
  accept,
  defineAction,
  OTHER,
  type Refusal,
  refuse,
  refuseAsBreach,
  refuseField,
} from '../actions/define-action.ts'
import { say } from '../languages/say.ts'
import { lastHolder } from './last-holder.ts'
import { personEntityType, personStream } from './person-entity.ts'
import type { PersonRecord } from './person-record.ts'
import { consoleOfRole, isOfOwnConsole } from './role-name.ts'
import { sidesInConflict } from './sides-in-conflict.ts'

const input = z.object({ role: z.string().max(128).meta({ title: 'Role', description: 'console/ROLE' }) })

/**
 * The one role that somebody has in a console from now on: it is granted, and what else was granted there is taken away, at once and by two
 * people. What the identity provider asserts is changed there.
 */
export const changeRole = defineAction<
  PersonRecord,
  typeof input,
  { person: string; role: string; grants: boolean; replaces: readonly string[] },
  unknown
>({
  name: 'kernel.change_role',
  risk: 'critical',
  movesMoney: false,
  target: personEntityType,
  input,
  reasons: [
    { code: 'joined', title: say`Joined the team` },
    { code: 'duties_changed', title: say`Duties have changed` },
    { code: 'review', title: say`Found in an access review` },
    OTHER,
  ],
  // Whoever policy lets decide (kernel/access/with-deciders.ts).
  approvals: { required: 1, leastRequired: 1, eligibleRoles: [], expiresInS: 72 * 3600 },
  present: { title: say`Change role`, tone: 'danger', ifWrong: say`Ask for the role that was before.` },
  decide(person, { role }, { actor }) {
    const breach = reachesTooFar(person, role, actor)
    if (breach) return breach
    if (person.disabled) return refuse('person_disabled', say`This account is disabled.`)
    const offered = Object.keys(person.sides)
      .filter((one) => isOfOwnConsole(one, actor.roles) && !Object.hasOwn(person.lent, one))
      .sort()
    // Whether the button is offered is asked with nothing filled in (entities/affordances.ts).
    if (role === undefined) {
      const conflicts = offered.map((one) => sidesInConflict(person, one, actor.roles))
      const [first] = conflicts
      return first && conflicts.every((one) => one !== undefined)
        ? first
        : refuseField('input.role', say`is missing`, offered)
    }
    if (!Object.hasOwn(person.sides, role)) return refuseField('input.role', say`is no role`, offered)
    if (Object.hasOwn(person.lent, role))
      return refuseField('input.role', say`is lent for a time, and never given`, offered)
    const beside = ({ role: held }: { readonly role: string }) =>
      held !== role && consoleOfRole(held) === consoleOfRole(role)
    const asserted = person.asserted.find(beside)
    if (asserted) {
      return refuse(
        'role_asserted',
        say`The identity provider asserts ${asserted.role} of ${nameOf(person)}. It was not granted here: change it there.`,
      )
    }
    const replaces = [...new Set(person.granted.filter(beside).map((grant) => grant.role))].sort()
    const holds = [...person.asserted, ...person.granted].some((held) => held.role === role)
    if (holds && replaces.length === 0) {
      return refuse('already_held', say`${nameOf(person)} holds ${role} already.`)
    }
    const conflict = sidesInConflict(person, role, actor.roles)
    if (conflict) return conflict
    return lastHolder(person, replaces) ?? accept({ person: person.id, role, grants: !holds, replaces })
  },
  preview(person, { role }) {
    const others = person.roles.filter((held) => consoleOfRole(held) !== consoleOfRole(role ?? ''))
    return {
      subject: nameOf(person),
      summary: say`${nameOf(person)} may do what ${role} allows, and nothing else in its console, from the next request on.`,
      changes: [changeLine(say`Roles`, person.roles.join(', '), [...others, role].join(', '))],
      effects: [
        say`For 24 h they countersign nothing that whoever asks for this, or agrees to it, asks for.`,
      ],
    }
  },
  concerns: (_person, { role }) => [consoleOfRole(role)],
  recorded: ({ role }) => ({ role }),
  eventTypes: ['kernel.person.role_granted', 'kernel.person.role_revoked'],
  events: ({ person, role, grants, replaces }) =>
    [
      ...(grants ? [{ type: 'kernel.person.role_granted', role }] : []),
      ...replaces.map((lost) => ({ type: 'kernel.person.role_revoked', role: lost })),
    ].map((change) => ({
      type: change.type,
      stream: personStream(person),
      refs: [{ kind: 'person', id: person }],
      payload: { role: change.role },
    })),
})

/** What nobody asks for here by mistake. */
function reachesTooFar(
  { accounts, sides }: PersonRecord,
  role: string | undefined,
  actor: { readonly id: string; readonly roles: readonly string[] },
): Refusal | undefined {
  // SECURITY: a role of one's own is another administrator's to change, through whichever account it is asked for.
  if (accounts.includes(actor.id)) {
    return refuseAsBreach(
      'own_role',
      say`Cannot modify your own role`,
      say`Nobody changes a role of their own, or of another account of theirs: another administrator does.`,
    )
  }
  if (role === undefined) return undefined
  // RULE: who runs the platform says nothing of who handles money.
  const runsPlatform = actor.roles.some((held) => sides[held] === 'platform')
  const finance = sides[role] === 'money' || /^(.*\/)?finance(_|$)/i.test(role)
  if (runsPlatform && finance) {
    return refuseAsBreach(
      'finance_role',
      say`Cannot assign finance roles`,
      say`Finance roles can only be assigned by system administrators through secure channels`,
    )
  }
  if (Object.hasOwn(sides, role) && !isOfOwnConsole(role, actor.roles)) {
    return refuseAsBreach(
      'role_of_another_console',
      say`You give roles of your own console alone. ${role} is given by the administrators of its own.`,
    )
  }
  return undefined
}

function nameOf({ id, name }: PersonRecord): string {
  return name ?? id
}
