import { upstreamTitle } from '../connectors/upstream-title.ts'
import type { Kernel } from '../kernel.ts'
import { type AlertKind, undeclaredKind } from './alert-kind.ts'

/** What an alert's kind is declared as here. */
export function alertKindOf(
  { alertKinds, actions, consoles, queues }: Pick<Kernel, 'alertKinds' | 'actions' | 'consoles' | 'queues'>,
  name: string,
): AlertKind {
  const declared = alertKinds.get(name) ?? undeclaredKind(name)
  const titleOf = (fact: string, value: string) =>
    fact === 'action'
      ? (actions.get(value)?.present.title ?? value)
      : fact === 'queue'
        ? (queues.get(value)?.title ?? value)
        : fact === 'upstream'
          ? upstreamTitle({ consoles }, value)
          : (declared.titleOf?.(fact, value) ?? value)
  return { ...declared, titleOf }
}
