import { type SmallProduct, startSmallProduct } from '@countersign/testkit/small-console.ts'
import type { FastifyInstance } from 'fastify'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fail, ok } from '../actions/failure.ts'
import { makeHttpServer } from './make-http-server.ts'
import { makeRateLimit } from './rate-limit.ts'
import { publicRoute } from './route.ts'

let small: SmallProduct
let app: FastifyInstance
let url: string

const answering = (path: string, handle: Parameters<typeof publicRoute>[0]['handle']) =>
  publicRoute({ method: 'GET', url: path, summary: path, handle })

beforeAll(async () => {
  small = await startSmallProduct({ class: 'A' })
  app = await makeHttpServer({
    kernel: small.kernels.app,
    authenticate: async () => fail({ kind: 'unauthenticated', code: 'nobody', message: 'Nobody.' }),
    addresses: makeRateLimit(1_000, () => new Date()),
    allowedOrigins: [],
    trustProxy: [],
    logger: pino({ level: 'silent' }),
    observe: () => undefined,
    readOnlyBecause: async () => undefined,
    routes: [
      answering('/location', async () => ok({ status: 302, headers: { location: '/app/\u0001' } })),
      answering('/other', async () => ok({ headers: { 'x-anything': '日' }, body: {} })),
      answering('/thrown', async () => {
        throw new Error('by hand')
      }),
      answering('/cookie', async ({ reply }) => {
        void reply.header('set-cookie', ['a=1', 'b=\u0001'])
        return ok({ body: {} })
      }),
    ],
  })
  url = await app.listen({ host: '127.0.0.1', port: 0 })
})
afterAll(async () => {
  await app?.close()
  await small?.database.drop()
})

test.each(['/location', '/other', '/thrown', '/cookie'])(
  'C-04 a fault of ours in answering %s is a problem document too, and says nothing of itself',
  async (path) => {
    const answer = await fetch(`${url}${path}`, { redirect: 'manual' })
    expect(answer.status).toBe(500)
    expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8')
    expect(await answer.json()).toMatchObject({ code: 'internal_error', success: false, instance: path })
  },
)
