/** What people, their programs and upstreams ask of the server, as one line of a chart each. */
export type RouteClass = 'reads' | 'changes' | 'deliveries' | 'sign_ins'

/**
 * @param route the template, `/v1/queues/:name/items`
 * @returns undefined for what nobody waits for: probes, files of the console, streams (which are as long as they are)
 */
export function classOfRoute(method: string, route: string): RouteClass | undefined {
  if (route.startsWith('/v1/ingest/')) return 'deliveries'
  if (route.startsWith('/auth/')) return 'sign_ins'
  if (!route.startsWith('/v1/') || route === '/v1/stream') return undefined
  return method === 'GET' || method === 'HEAD' ? 'reads' : 'changes'
}
