import { refuse } from '../actions/define-action.ts'
import { say } from '../languages/say.ts'
import { ofTheOtherSide } from './of-the-other-side.ts'
import type { PersonRecord } from './person-record.ts'
import { isOfOwnConsole } from './role-name.ts'

/**
 * Why somebody with `actorRoles` does not give this account that role; undefined where nothing stands against it. A role of no side is
 * given to none of the other side neither: by it the account would come to be one that the giver's side looks after.
 */
export function sidesInConflict(
  person: Pick<PersonRecord, 'sides' | 'asserted' | 'granted'>,
  role: string,
  actorRoles: readonly string[],
) {
  const held = [...person.asserted, ...person.granted].map((one) => one.role)
  const givers = actorRoles.filter((one) => isOfOwnConsole(role, [one]))
  if (ofTheOtherSide(person, held, [role, ...givers]) === undefined) return undefined
  return refuse(
    'roles_in_conflict',
    say`This account has a role of the other side, or an auditor’s: one side moves money, the other runs the platform, and nobody holds roles of both.`,
  )
}
