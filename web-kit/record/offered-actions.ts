import type { Affordance, Entity } from '@countersign/sdk/wire/entities.ts'
import type { ConsoleWeb } from '../console-web.ts'

/** An action that a record offers, by its title, with the key that opens it. */
export type OfferedAction = { affordance: Affordance; title: string; key: string | undefined }

/** What a record's affordances offer: all of them, allowed or not; what may not be known of the server leaves out. */
export function offeredActions(entity: Entity, console: Pick<ConsoleWeb, 'actionKeys'>): OfferedAction[] {
  return entity.affordances.map((affordance) => ({
    affordance,
    title: affordance.title,
    key: console.actionKeys[affordance.action],
  }))
}
