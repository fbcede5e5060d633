import { changeLine } from '../actions/change-line.ts'
import type { PreviewBody } from '../actions/define-action.ts'
import { say, type Text } from '../languages/say.ts'

/** A change of who may break the glass, by name: those who agree to it know people, not the ids of accounts. None where it stays. */
export function breakGlassChange(
  before: readonly string[],
  after: readonly string[],
  names: Readonly<Record<string, string>>,
): PreviewBody['changes'][number][] {
  if (before.toSorted().join() === after.toSorted().join()) return []
  const named = (people: readonly string[]): Text =>
    people.length === 0 ? say`nobody` : say`${people.map((id) => names[id] ?? id)}`
  return [changeLine(say`Who may break the glass`, named(before), named(after))]
}
