import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import type { Product } from './product.ts'

/** Sent on as they came; the rest is this connection's own. */
const HEADERS = ['authorization', 'content-type', 'idempotency-key', 'if-match']

/** What an upstream says in place of the sandbox: a body that is text is sent as it is. */
type Said = { readonly status: number; readonly body: unknown }

/**
 * An upstream as the sandbox plays it, but for what is answered here; for whom the sandbox knows no way to say it.
 *
 * @param upstream its name: `cts`
 * @param instead what is answered in place of the sandbox; undefined: the request goes on to it
 */
export async function upstreamInFront(
  product: Pick<Product, 'sandboxUrl'>,
  upstream: string,
  instead: (request: { readonly method: string; readonly path: string }) => Said | undefined,
): Promise<{ readonly url: string; readonly close: () => void }> {
  const passOn = async (request: IncomingMessage): Promise<Said> => {
    const { method = 'GET', url: path = '/' } = request
    const own = instead({ method, path })
    if (own) return own
    const headers = HEADERS.flatMap((name): [string, string][] => {
      const value = request.headers[name]
      return typeof value === 'string' ? [[name, value]] : []
    })
    const body = method === 'GET' ? undefined : await buffer(request)
    const answer = await fetch(`${product.sandboxUrl}/${upstream}${path}`, { method, headers, body })
    return { status: answer.status, body: await answer.text() }
  }
  const server = createServer((request, response) => {
    passOn(request).then(
      ({ status, body }) => {
        response.writeHead(status, { 'content-type': 'application/json' })
        response.end(typeof body === 'string' ? body : JSON.stringify(body))
      },
      // The sandbox is away: so is what stands in front of it.
      () => response.destroy(),
    )
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}
