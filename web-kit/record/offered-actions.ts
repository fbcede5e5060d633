import type { Affordance, Entity } from '@countersign/sdk/wire/entities.ts'
import type { ConsoleWeb } from '../console-web.ts'
import type { KeyBinding } from '../keymap.tsx'

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

/**
 * The keys that open them. A key that a button shows is that button's, and goes nowhere else: barred, it says why.
 *
 * @param onBarred shows why an action cannot be taken now
 */
export function keysOf(
  offered: readonly OfferedAction[],
  onAct: (action: string) => void,
  onBarred: (action: string) => void,
): KeyBinding[] {
  return offered.flatMap(({ affordance, title, key }) =>
    key === undefined
      ? []
      : [
          {
            keys: key,
            label: title,
            run: () => {
              if (affordance.allowed) onAct(affordance.action)
              else onBarred(affordance.action)
            },
          },
        ],
  )
}
