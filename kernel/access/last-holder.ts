import { type Refusal, refuse } from '../actions/define-action.ts'
import { say } from '../languages/say.ts'
import type { PersonRecord } from './person-record.ts'

/** Why these roles cannot be lost: the person is the last who is let in with one that somebody always holds. */
export function lastHolder(
  { id, name, last_of }: PersonRecord,
  lost: readonly string[],
): Refusal | undefined {
  const kept = lost.find((role) => last_of.includes(role))
  return kept === undefined
    ? undefined
    : refuse(
        'last_holder',
        say`${name ?? id} is the last active ${kept}. Give the role to somebody else first.`,
      )
}
