import { UPSTREAMS } from '@countersign/sandbox/upstreams.ts'
import { composeConsoles } from '@countersign/server/consoles.ts'
import { installedConsoles } from '@countersign/server/installed-consoles.ts'
import { upstreamsOf } from '@countersign/server/upstreams-of.ts'

/** Nobody listens there. */
const NOWHERE = 'http://127.0.0.1:9'

/**
 * The consoles whose upstreams a test has given addresses. A console of somebody's own that is installed beside them is
 * not what the test is about, and is left out.
 */
export const composeTested: typeof composeConsoles = (upstreams, observe, mounts = installedConsoles) =>
  composeConsoles(
    upstreams,
    observe,
    mounts.filter((mount) =>
      upstreamsOf(mount).upstreams.every((name) => ![undefined, NOWHERE].includes(upstreams[name]?.url)),
    ),
  )

/**
 * Variables of every upstream of an installed console that neither the sandbox plays nor these name: whatever runs as a
 * process of its own has all of its consoles, and would not start without.
 */
export function unnamedUpstreams(
  named: Readonly<Record<string, string | undefined>> = {},
): Record<string, string> {
  const played: ReadonlySet<string> = new Set(UPSTREAMS)
  const names = new Set(installedConsoles.flatMap((mount) => upstreamsOf(mount).upstreams))
  return Object.fromEntries(
    [...names]
      .filter((name) => !played.has(name))
      .map((name) => name.toUpperCase())
      .filter((name) => named[`UPSTREAM_URL_${name}`] === undefined)
      .flatMap((name) => [
        [`UPSTREAM_URL_${name}`, NOWHERE],
        [`UPSTREAM_KEY_${name}`, 'none'],
      ]),
  )
}
