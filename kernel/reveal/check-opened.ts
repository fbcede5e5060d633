import type { BoundAction, BoundEntity } from '../console.ts'

/**
 * A field that is no personal data of the record would never be opened, and what it holds be agreed to unread.
 *
 * @throws Error of an action that has such a field opened
 */
export function checkOpened(
  actions: readonly Pick<BoundAction, 'name' | 'targetKind' | 'opensOfRecord'>[],
  entities: ReadonlyMap<string, Pick<BoundEntity, 'personal'>>,
): void {
  for (const { name, targetKind, opensOfRecord } of actions) {
    for (const { path } of opensOfRecord?.fields ?? []) {
      if (!entities.get(targetKind)?.personal.some((field) => field.path === path)) {
        throw new Error(`${name} has ${path} opened, which is no personal data of a ${targetKind}`)
      }
    }
  }
}
