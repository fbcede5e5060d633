import { makeUpstreamHttp } from '@countersign/kernel/connectors/upstream-http.ts'
import { type MountedConsole, mountConsole } from '@countersign/kernel/console.ts'
import { kernelConsole } from '@countersign/kernel/kernel-console.ts'
import { installedConsoles } from './installed-consoles.ts'

/** Declarations are read here, and no upstream is called. */
const NOWHERE = { baseUrl: 'http://127.0.0.1:9', key: 'none' }

/** The consoles of this installation, the kernel's own first, as they are declared: none of their upstreams can be reached. */
export const declarations: readonly MountedConsole[] = [
  mountConsole(kernelConsole, undefined),
  ...installedConsoles.map((mount) => mount((name) => makeUpstreamHttp({ name, ...NOWHERE }))),
]
