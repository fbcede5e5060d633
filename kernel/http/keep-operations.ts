import type { FastifyInstance } from 'fastify'

/**
 * Keeps what every route says of itself in `app.operations`. A route that does not say who is let in stops the server
 * from being put together, however it is registered.
 */
export function keepOperations(app: FastifyInstance): void {
  app.decorate('operations', [])
  app.addHook('onRoute', ({ method, url, config }) => {
    const { operation } = config ?? {}
    for (const each of [method].flat()) {
      // A HEAD that Fastify adds to a GET is no operation of its own.
      if (each === 'HEAD') continue
      if (!operation) throw new Error(`${each} ${url} does not say what it is, nor who is let in`)
      app.operations.push({ method: each, url, ...operation })
    }
  })
}
