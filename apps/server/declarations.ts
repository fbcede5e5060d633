import { type MountedConsole, mountConsole } from '@countersign/kernel/console.ts'
import { kernelConsole } from '@countersign/kernel/kernel-console.ts'
import { installedConsoles } from './installed-consoles.ts'
import { unreachable } from './unreachable.ts'

/** The consoles of this installation, the kernel's own first, as they are declared: none of their upstreams can be reached. */
export const declarations: readonly MountedConsole[] = [
  mountConsole(kernelConsole, undefined),
  ...installedConsoles.map((mount) => mount(unreachable)),
]
