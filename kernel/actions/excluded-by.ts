import type { Kernel } from '../kernel.ts'

/** The actions of which only one, this or that, can be carried out; whichever of the two says so: it holds both ways. */
export function excludedBy({ actions }: Pick<Kernel, 'actions'>, name: string): string[] {
  const own = actions.get(name)?.excludes ?? []
  const others = [...actions.values()].filter(({ excludes }) => excludes.includes(name))
  return [...new Set([...own, ...others.map((action) => action.name)])]
}
