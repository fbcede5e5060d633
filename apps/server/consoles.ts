import { makeUpstreamHttp, type UpstreamHttp } from '@countersign/kernel/connectors/upstream-http.ts'
import { type MountConsole, type MountedConsole, mountConsole } from '@countersign/kernel/console.ts'
import { kernelConsole } from '@countersign/kernel/kernel-console.ts'
import { ConfigurationError, type Upstream } from './config.ts'
import { installedConsoles } from './installed-consoles.ts'
import { missingUpstreams } from './missing-upstreams.ts'

export type Composition = {
  readonly consoles: readonly MountedConsole[]
  readonly connectors: readonly UpstreamHttp[]
}

/**
 * The consoles of this installation with their upstreams.
 *
 * @throws ConfigurationError naming the variables of every upstream that is not configured
 */
export function composeConsoles(
  upstreams: Readonly<Record<string, Upstream>>,
  observe: Parameters<typeof makeUpstreamHttp>[0]['observe'],
  mounts: readonly MountConsole[] = installedConsoles,
): Composition {
  const missing = missingUpstreams(new Set(Object.keys(upstreams)), mounts)
  if (missing.length > 0) throw new ConfigurationError(missing)
  // Consoles that share an upstream share its circuit.
  const connectors = new Map<string, UpstreamHttp>()
  const connect = (name: string) => {
    const known = connectors.get(name)
    if (known) return known
    const upstream = upstreams[name]
    if (!upstream) throw new Error(`${name} was not among the upstreams of its console a moment ago`)
    const connector = makeUpstreamHttp({ name, baseUrl: upstream.url, key: upstream.key, observe })
    connectors.set(name, connector)
    return connector
  }
  const consoles = [mountConsole(kernelConsole, undefined), ...mounts.map((mount) => mount(connect))]
  return { consoles, connectors: [...connectors.values()] }
}
