import type { Kernel } from './kernel.ts'
import { say, type Text } from './languages/say.ts'

/** What a console is called in a sentence. What holds for all of them is the kernel's. */
export function consoleTitle({ consoles }: Pick<Kernel, 'consoles'>, name: string): Text {
  const title = consoles.find((one) => one.name === name)?.title
  return title ?? (name === 'kernel' ? say`every console` : name)
}
