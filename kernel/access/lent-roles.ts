import type { Kernel } from '../kernel.ts'

/** The roles that are had for hours alone, of every console that is installed. */
export function lentRoles({ consoles }: Pick<Kernel, 'consoles'>): ReadonlySet<string> {
  return new Set(consoles.flatMap(({ roles }) => roles.flatMap(({ role, lent }) => (lent ? [role] : []))))
}
