import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Registry } from 'prom-client'

export type WorkerHealth = { readonly url: string; readonly close: () => Promise<void> }

/**
 * `GET /healthz`, `GET /readyz` and `GET /metrics` of a worker, on an address of its own: what a worker does, no server can count.
 *
 * @param options.port 0: any that is free
 * @throws Error where the address cannot be had
 */
export async function serveWorkerHealth(options: {
  readonly host: string
  readonly port: number
  readonly registry: Registry
  readonly readiness: () => Promise<{ readonly ready: boolean; readonly body: object }>
  /** Told of a scrape that failed; its answer is 503. */
  readonly onProblem: (error: unknown) => void
}): Promise<WorkerHealth> {
  const { host, port, registry, readiness, onProblem } = options
  const server = createServer((request, response) => {
    const answer = (status: number, type: string, body: string) =>
      response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(body)
    const path = request.url?.split('?')[0]
    if (request.method !== 'GET') return answer(405, 'text/plain; charset=utf-8', 'Only GET.\n')
    if (path === '/healthz') return answer(200, 'application/json; charset=utf-8', '{"status":"ok"}')
    if (path === '/readyz') {
      return readiness().then(
        ({ ready, body }) =>
          answer(ready ? 200 : 503, 'application/json; charset=utf-8', JSON.stringify(body)),
        (error: unknown) => {
          onProblem(error)
          answer(503, 'application/json; charset=utf-8', '{"status":"not_ready"}')
        },
      )
    }
    if (path !== '/metrics') {
      return answer(404, 'text/plain; charset=utf-8', 'Only /healthz, /readyz and /metrics.\n')
    }
    return registry.metrics().then(
      (text) => answer(200, registry.contentType, text),
      (error: unknown) => {
        onProblem(error)
        answer(503, 'text/plain; charset=utf-8', 'The figures cannot be read now.\n')
      },
    )
  })
  await new Promise<void>((listening, failed) => {
    server.once('error', failed)
    server.listen({ host, port }, () => {
      server.off('error', failed)
      listening()
    })
  })
  const { port: bound } = server.address() as AddressInfo
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed())
        server.closeAllConnections()
      }),
  }
}
