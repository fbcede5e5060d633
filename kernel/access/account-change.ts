import { refuse } from '../actions/define-action.ts'
import { say } from '../languages/say.ts'
import { personStream } from './person-entity.ts'
import type { PersonRecord } from './person-record.ts'
import { consoleOfRole, isOfOwnConsole } from './role-name.ts'

/** An account is let in no more, or again. */
export type AccountChange = { readonly person: string }

/** Whoever looks after a console looks after the accounts that have a role of it. */
export function ofOwnConsole(person: PersonRecord, actorRoles: readonly string[]) {
  return ofTheirs(person).some((role) => isOfOwnConsole(role, actorRoles))
    ? undefined
    : refuse('not_your_console', say`This account has no role of your console.`)
}

/** The consoles whose people an account belongs to. */
export function consolesOfAccount(person: PersonRecord): string[] {
  return [...new Set(ofTheirs(person).map(consoleOfRole))]
}

/** Who is lent a role for hours stays an account of whoever looked after it before. */
function ofTheirs({ asserted, granted, lent }: PersonRecord): string[] {
  return [...asserted, ...granted].map(({ role }) => role).filter((role) => !(role in lent))
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
