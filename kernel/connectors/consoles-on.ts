import type { Kernel } from '../kernel.ts'

/** The consoles whose effects go to this upstream. */
export function consolesOn({ actions }: Pick<Kernel, 'actions'>, upstream: string): readonly string[] {
  const consoles = [...actions.values()].flatMap(({ console, connectors }) =>
    connectors.includes(upstream) ? [console] : [],
  )
  return [...new Set(consoles)].toSorted()
}
