import type { MountConsole } from '@countersign/kernel/console.ts'
import { installedConsoles } from './installed-consoles.ts'
import { upstreamsOf } from './upstreams-of.ts'

/** A sentence for each upstream that an installed console works on and nobody has said the address of. */
export function missingUpstreams(
  configured: ReadonlySet<string>,
  mounts: readonly MountConsole[] = installedConsoles,
): string[] {
  return mounts.map(upstreamsOf).flatMap(({ console, upstreams }) =>
    upstreams
      .filter((name) => !configured.has(name))
      .map((name) => {
        const variable = name.toUpperCase()
        return `The console ${console} works on the upstream ${name}, which is not configured: set UPSTREAM_URL_${variable} and UPSTREAM_KEY_${variable}.`
      }),
  )
}
