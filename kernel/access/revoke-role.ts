import { z } from 'zod'
import { changeLine } from '../actions/change-line.ts'
import { accept, defineAction, OTHER, refuse, refuseField } from '../actions/define-action.ts'
import { say } from '../languages/say.ts'
import { lastHolder } from './last-holder.ts'
import { personEntityType, personStream } from './person-entity.ts'
import type { PersonRecord } from './person-record.ts'
import { consoleOfRole, isOfOwnConsole } from './role-name.ts'

const input = z.object({ role: z.string().max(128).meta({ title: 'Role' }) })

/**
 * A role that was granted here is taken away, at once and by one person: containing is fast. What the identity provider
 * asserts is taken away there.
 */
export const revokeRole = defineAction<PersonRecord, typeof input, { person: string; role: string }, unknown>(
  {
    name: 'kernel.revoke_role',
    risk: 'high',
    movesMoney: false,
    target: personEntityType,
    input,
    reasons: [
      { code: 'left', title: say`Left the team` },
      { code: 'duties_changed', title: say`Duties have changed` },
      { code: 'incident', title: say`Incident`, noteRequired: true },
      { code: 'review', title: say`Found in an access review` },
      OTHER,
    ],
    approvals: { required: 0, eligibleRoles: [], expiresInS: 3600 },
    concurrent: true,
    containment: true,
    present: { title: say`Take role away`, tone: 'danger' },
    inverse: 'kernel.grant_role',
    inverseInput: ({ role }) => ({ role }),
    offeredOn: ({ granted }) => granted.length > 0,
    decide(person, { role }, { actor }) {
      const own = person.granted
        .map((grant) => grant.role)
        .filter((held) => isOfOwnConsole(held, actor.roles))
      if (own.length === 0) {
        return refuse(
          'nothing_granted',
          say`No role of your console was granted here. What the identity provider asserts is taken away there.`,
        )
      }
      // Whether the button is offered is asked with nothing filled in (entities/affordances.ts).
      if (role === undefined) return refuseField('input.role', say`is missing`, own)
      if (person.granted.every((grant) => grant.role !== role)) {
        return refuseField('input.role', say`was not granted here`, own)
      }
      if (!own.includes(role)) return refuseField('input.role', say`is of another console`, own)
      const asserted = person.asserted.some((said) => said.role === role)
      return (asserted ? undefined : lastHolder(person, [role])) ?? accept({ person: person.id, role })
    },
    preview: (person, { role }) => ({
      subject: person.name ?? person.id,
      summary: say`${person.name ?? person.id} no longer has ${role ?? say`the role`}, from the next request on, in every session.`,
      changes: [
        changeLine(
          say`Roles`,
          person.roles.join(', '),
          person.roles.filter((held) => held !== role).join(', '),
        ),
      ],
      effects: [
        say`What they have asked for and others have agreed to is not carried out any more where it needs the role.`,
        ...(person.asserted.some((said) => said.role === role)
          ? [
              say`The identity provider asserts the same role: until it is taken away there, it is still held.`,
            ]
          : []),
      ],
    }),
    concerns: (_person, { role }) => [consoleOfRole(role)],
    recorded: ({ role }) => ({ role }),
    eventTypes: ['kernel.person.role_revoked'],
    events: ({ person, role }) => [
      {
        type: 'kernel.person.role_revoked',
        stream: personStream(person),
        refs: [{ kind: 'person', id: person }],
        payload: { role },
      },
    ],
  },
)
