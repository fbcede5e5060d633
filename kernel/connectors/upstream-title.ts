import type { Kernel } from '../kernel.ts'
import type { Text } from '../languages/say.ts'

/** What people call an upstream, as the first console says that works on it; its own name where none does. */
export function upstreamTitle({ consoles }: Pick<Kernel, 'consoles'>, name: string): Text {
  return consoles.map((one) => one.upstreamTitles?.[name]).find((title) => title !== undefined) ?? name
}
