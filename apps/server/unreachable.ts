import { makeUpstreamHttp, type UpstreamHttp } from '@countersign/kernel/connectors/upstream-http.ts'

/** Nobody listens there. */
const NOWHERE = { baseUrl: 'http://127.0.0.1:9', key: 'none' }

/** For where a console's declarations are read and none of its upstreams is called. */
export function unreachable(name: string): UpstreamHttp {
  return makeUpstreamHttp({ name, ...NOWHERE })
}
