import type { Kernel } from '../kernel.ts'
import { type AlertKind, undeclaredKind } from './alert-kind.ts'

/** What an alert's kind is declared as here. */
export function alertKindOf({ alertKinds }: Pick<Kernel, 'alertKinds'>, name: string): AlertKind {
  return alertKinds.get(name) ?? undeclaredKind(name)
}
