import fastify from 'fastify'
import { expect, test } from 'vitest'
import { keepOperations } from './keep-operations.ts'

const made = () => {
  const app = fastify()
  keepOperations(app)
  return app
}
const operation = { summary: 'Anything', access: ['kernel:read'] }

test('K-08 a route that does not say who is let in stops the build, however it is registered', async () => {
  const why = (method: string) => `${method} /v1/anything does not say what it is, nor who is let in`
  expect(() => made().get('/v1/anything', () => ({}))).toThrow(why('GET'))
  expect(() => made().post('/v1/anything', { config: {} }, () => ({}))).toThrow(why('POST'))
  expect(() => made().route({ method: ['PUT', 'PATCH'], url: '/v1/anything', handler: () => ({}) })).toThrow(
    why('PUT'),
  )
  const app = made()
  await expect(
    app.register(async (part) => {
      part.delete('/v1/anything', () => ({}))
    }),
  ).rejects.toThrow(why('DELETE'))
})

test('K-08 one that says so is kept with what it says, once for each of its methods', async () => {
  const app = made()
  app.route({
    method: ['GET', 'POST'],
    url: '/v1/anything',
    config: { operation },
    handler: () => ({}),
  })
  expect(app.operations).toEqual([
    { method: 'GET', url: '/v1/anything', ...operation },
    { method: 'POST', url: '/v1/anything', ...operation },
  ])
})
