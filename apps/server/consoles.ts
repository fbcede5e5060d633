import { makeUpstreamHttp, type UpstreamHttp } from '@countersign/kernel/connectors/upstream-http.ts'
import { type MountedConsole, mountConsole } from '@countersign/kernel/console.ts'
import { kernelConsole } from '@countersign/kernel/kernel-console.ts'
import type { Upstream } from './config.ts'
import { installedConsoles } from './installed-consoles.ts'

export type Composition = {
  readonly consoles: readonly MountedConsole[]
  readonly connectors: readonly UpstreamHttp[]
}

/**
 * The consoles of this installation with their upstreams.
 *
 * @throws Error naming the variable of an upstream that is not configured
 */
export function composeConsoles(
  upstreams: Readonly<Record<string, Upstream>>,
  observe: Parameters<typeof makeUpstreamHttp>[0]['observe'],
): Composition {
  // Consoles that share an upstream share its circuit.
  const connectors = new Map<string, UpstreamHttp>()
  const connect = (name: string) => {
    const known = connectors.get(name)
    if (known) return known
    const upstream = upstreams[name]
    if (!upstream) {
      throw new Error(`The upstream ${name} is not configured: set UPSTREAM_URL_${name.toUpperCase()}.`)
    }
    const connector = makeUpstreamHttp({ name, baseUrl: upstream.url, key: upstream.key, observe })
    connectors.set(name, connector)
    return connector
  }
  const consoles = [
    mountConsole(kernelConsole, undefined),
    ...installedConsoles.map((mount) => mount(connect)),
  ]
  return { consoles, connectors: [...connectors.values()] }
}
