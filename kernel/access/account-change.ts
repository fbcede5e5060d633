import { refuse } from '../actions/define-action.ts'
import { say } from '../languages/say.ts'
import { ofTheOtherSide } from './of-the-other-side.ts'
import { personStream } from './person-entity.ts'
import type { PersonRecord } from './person-record.ts'
import { consoleOfRole, isOfOwnConsole } from './role-name.ts'

/** An account is let in no more, or again. */
export type AccountChange = { readonly person: string }

/**
 * Whoever looks after a console looks after the accounts that have a role of it. Not where the account has a role of the other side as
 * well: giving somebody who handles money a role of no side would otherwise be how the platform's people come to shut them out.
 */
export function ofOwnConsole(person: PersonRecord, actorRoles: readonly string[]) {
  const theirs = ofTheirs(person)
  if (!theirs.some((role) => isOfOwnConsole(role, actorRoles))) {
    return refuse('not_your_console', say`This account has no role of your console.`)
  }
  const other = ofTheOtherSide(person, theirs, actorRoles)
  return other === undefined
    ? undefined
    : refuse(
        'of_the_other_side',
        say`This account has a role of the other side, or an auditor’s: it is not for you to look after.`,
      )
}

/** The consoles whose people an account belongs to. */
export function consolesOfAccount(person: PersonRecord): string[] {
  return [...new Set(ofTheirs(person).map(consoleOfRole))]
}

/** Who is lent a role for hours stays an account of whoever looked after it before. */
function ofTheirs({ asserted, granted, lent }: PersonRecord): string[] {
  return [...asserted, ...granted].map(({ role }) => role).filter((role) => !Object.hasOwn(lent, role))
}

export function nameOf({ id, name }: PersonRecord): string {
  return name ?? id
}

export function accountEvent(what: 'disabled' | 'enabled', person: string) {
  return {
    type: `kernel.person.${what}`,
    stream: personStream(person),
    refs: [{ kind: 'person', id: person }],
    payload: {},
  }
}
