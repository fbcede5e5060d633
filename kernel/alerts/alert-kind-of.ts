import type { Kernel } from '../kernel.ts'
import { type AlertKind, undeclaredKind } from './alert-kind.ts'

/** What an alert's kind is declared as here. */
export function alertKindOf(
  { alertKinds, actions, queues }: Pick<Kernel, 'alertKinds' | 'actions' | 'queues'>,
  name: string,
): AlertKind {
  const declared = alertKinds.get(name) ?? undeclaredKind(name)
  const titleOf = (fact: string, value: string) =>
    fact === 'action'
      ? (actions.get(value)?.present.title ?? value)
      : fact === 'queue'
        ? (queues.get(value)?.title ?? value)
        : (declared.titleOf?.(fact, value) ?? value)
  return { ...declared, titleOf }
}
