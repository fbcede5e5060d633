import type { UpstreamHttp } from '@countersign/kernel/connectors/upstream-http.ts'
import type { MountConsole } from '@countersign/kernel/console.ts'
import { unreachable } from './unreachable.ts'

/** A console's name and the upstreams that it works on, as `UPSTREAM_URL_…` names them in lower case. */
export function upstreamsOf(mount: MountConsole): {
  readonly console: string
  readonly upstreams: readonly string[]
} {
  const upstreams = new Set<string>()
  const { name } = mount((upstream): UpstreamHttp => {
    upstreams.add(upstream)
    return unreachable(upstream)
  })
  return { console: name, upstreams: [...upstreams] }
}
