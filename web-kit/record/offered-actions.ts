import type { ActionDeclaration, Affordance, Entity } from '@countersign/sdk/wire.ts'
import type { ConsoleWeb } from '../console-web.ts'

/** An action that a record offers, by its title, with the key that opens it. */
export type OfferedAction = { affordance: Affordance; title: string; key: string | undefined }

/** What a record's affordances offer this person; what the catalogue does not have may not be known of. */
export function offeredActions(
  entity: Entity,
  actions: ActionDeclaration[],
  console: Pick<ConsoleWeb, 'actionKeys'>,
): OfferedAction[] {
  return entity.affordances.flatMap((affordance) => {
    const declared = actions.find((action) => action.type === affordance.action)
    if (declared === undefined) return []
    return [{ affordance, title: declared.title, key: console.actionKeys[affordance.action] }]
  })
}
