import { connect, type Socket } from 'node:net'
import { type SmallProduct, startSmallProduct } from '@countersign/testkit/small-console.ts'
import type { FastifyInstance } from 'fastify'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { fail, ok } from '../actions/failure.ts'
import { issuerUnreachable } from '../identity/issuer-unreachable.ts'
import { makeAdmission } from './admission.ts'
import { BODIES_OF_A_CALLER } from './bodies-awaited.ts'
import { makeHttpServer } from './make-http-server.ts'
import { makeRateLimit, type RateLimit } from './rate-limit.ts'
import { publicRoute, type Route } from './route.ts'

let small: SmallProduct
let app: FastifyInstance
let url: string

const logged: string[] = []
let memory = 0
const admission = makeAdmission({
  limits: {
    read: { underWayMax: 1, memoryMax: 0.8 },
    change: { underWayMax: 2, memoryMax: 0.9 },
    containment: { underWayMax: 3, memoryMax: 1 },
  },
  memoryUsed: () => memory,
})
/** Requests that are being answered wait for this. */
let answerNow = () => undefined as unknown
const held = () => new Promise((answer) => (answerNow = () => answer(undefined)))
let holding: Promise<unknown> | undefined

const answering = (path: string, handle: Parameters<typeof publicRoute>[0]['handle']) =>
  publicRoute({ method: 'GET', url: path, summary: path, handle })

beforeAll(async () => {
  small = await startSmallProduct({ class: 'A' })
  app = await serving(
    makeRateLimit(1_000, () => new Date()),
    [
      answering('/location', async () => ok({ status: 302, headers: { location: '/app/\u0001' } })),
      answering('/other', async () => ok({ headers: { 'x-anything': '日' }, body: {} })),
      answering('/thrown', async () => {
        throw new Error('by hand')
      }),
      publicRoute({
        ...{ method: 'GET', url: '/search', summary: 'a search', query: z.strictObject({ q: z.string() }) },
        handle: async ({ query }) => {
          if (query.q.startsWith('Bad')) throw new Error('by hand')
          return ok({ body: {} })
        },
      }),
      answering('/elsewhere', async () => fail(issuerUnreachable(new Error('self-signed certificate')))),
      answering('/held', async () => {
        await holding
        return ok({ body: {} })
      }),
      publicRoute({
        ...{ method: 'POST', url: '/change', summary: 'a change' },
        handle: async () => {
          await holding
          return ok({ body: {} })
        },
      }),
      publicRoute({
        ...{ method: 'POST', url: '/stop/:what', summary: 'stops harm' },
        containment: ({ what }) => what === 'harm',
        handle: async () => {
          await holding
          return ok({ body: {} })
        },
      }),
      publicRoute({
        ...{ method: 'GET', url: '/probe', summary: 'a probe', metered: 'never' },
        handle: async () => ok({ body: {} }),
      }),
      publicRoute({
        ...{
          method: 'POST',
          url: '/file',
          summary: 'a file',
          takesBytes: ['text/plain'],
          bodyLimitBytes: 1_048_576,
        },
        handle: async () => ok({ body: {} }),
      }),
      publicRoute({
        ...{
          method: 'POST',
          url: '/notice',
          summary: 'a notice',
          takesBytes: ['text/plain'],
          bodyLimitBytes: 16_384,
        },
        handle: async () => ok({ body: {} }),
      }),
      answering('/cookie', async ({ reply }) => {
        void reply.header('set-cookie', ['a=1', 'b=\u0001'])
        return ok({ body: {} })
      }),
    ],
  )
  url = await app.listen({ host: '127.0.0.1', port: 0 })
})
const serving = (addresses: RateLimit, routes: readonly Route[]) =>
  makeHttpServer({
    kernel: small.kernels.app,
    authenticate: async () => fail({ kind: 'unauthenticated', code: 'nobody', message: 'Nobody.' }),
    admission,
    addresses,
    allowedOrigins: [],
    trustProxy: [],
    logger: pino({ level: 'info' }, { write: (line: string) => logged.push(line) }),
    observe: () => undefined,
    readOnlyBecause: async () => undefined,
    routes,
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

test.each([
  ['that is answered', '/search?q=Anna', 200],
  ['that we fail to answer', '/search?q=Bad', 500],
  ['that is refused', '/elsewhere?q=Anna', 400],
  ['of nothing that there is', '/nowhere?q=Anna', 401],
])(
  'K-30 O-05 of a request %s no log keeps what was typed into its address, nor is it repeated',
  async (_what, path, status) => {
    logged.length = 0
    const answer = await fetch(`${url}${path}%20Example`)
    expect(answer.status).toBe(status)
    expect(await answer.text()).not.toContain('Example')
    expect(logged.join('')).not.toContain('Example')
    expect(logged.join('')).toContain('answered')
  },
)

test('O-05 what led to a refusal is in the log, and nowhere in the answer', async () => {
  logged.length = 0
  const answer = await fetch(`${url}/elsewhere`)
  expect(answer.status).toBe(503)
  expect(answer.headers.get('retry-after')).toBe('5')
  expect(await answer.text()).not.toContain('certificate')
  const [why, ...more] = logged.filter((line) => JSON.parse(line).msg !== 'answered')
  expect(more).toEqual([])
  expect(why).toContain('self-signed certificate')
  expect(why).toContain('issuer_unreachable')
})

test('C-27 what counts once it has failed is not even looked at while its address has none left', async () => {
  let looked = 0
  const checking = publicRoute({
    ...{ method: 'POST', url: '/checked', summary: 'checked', metered: 'when-failed' },
    async handle({ request }) {
      looked += 1
      if (request.headers['x-good'] !== undefined) return ok({ body: {} })
      return fail({ kind: 'invalid', code: 'no_good', message: 'It is no good.' })
    },
  })
  const now = new Date()
  const other = await serving(
    makeRateLimit(3, () => now),
    [checking],
  )
  try {
    const ask = async (headers: Record<string, string> = {}) =>
      (await other.inject({ method: 'POST', url: '/checked', headers })).statusCode
    // What is done counts for nothing.
    for (let n = 0; n < 5; n += 1) expect(await ask({ 'x-good': '1' })).toBe(200)
    for (let n = 0; n < 3; n += 1) expect(await ask()).toBe(400)
    looked = 0
    for (let n = 0; n < 5; n += 1) expect(await ask()).toBe(429)
    expect(looked).toBe(0)
  } finally {
    await other.close()
  }
})

const post = (path: string) => fetch(`${url}${path}`, { method: 'POST' })
const underWay = (count: number) =>
  vi.waitFor(() => {
    if (admission.underWay() !== count) throw new Error(`${admission.underWay()} under way`)
  })

test('O-15 with too much to do reads are turned away first, then changes; what stops harm last', async () => {
  await underWay(0)
  holding = held()
  const read = fetch(`${url}/held`)
  await underWay(1)
  const shed = await fetch(`${url}/held`)
  expect(shed.status).toBe(503)
  expect(shed.headers.get('retry-after')).toBe('2')
  expect(await shed.json()).toMatchObject({ code: 'overloaded', success: false })
  const change = post('/change')
  await underWay(2)
  expect((await post('/change')).status).toBe(503)
  expect((await post('/stop/work')).status).toBe(503)
  const stop = post('/stop/harm')
  await underWay(3)
  expect((await post('/stop/harm')).status).toBe(503)
  expect((await fetch(`${url}/probe`)).status).toBe(200)
  answerNow()
  expect((await Promise.all([read, change, stop])).map(({ status }) => status)).toEqual([200, 200, 200])
  await underWay(0)
  holding = undefined
  expect((await fetch(`${url}/held`)).status).toBe(200)
})

test('O-15 before memory runs out reads are turned away, then changes; what stops harm never is', async () => {
  const statuses = async () => [
    (await fetch(`${url}/held`)).status,
    (await post('/change')).status,
    (await post('/stop/harm')).status,
  ]
  await underWay(0)
  expect(await statuses()).toEqual([200, 200, 200])
  memory = 0.85
  expect(await statuses()).toEqual([503, 200, 200])
  memory = 0.99
  expect(await statuses()).toEqual([503, 503, 200])
  memory = 0
})

test('O-15 whoever gives up while being served is not counted any more', async () => {
  await underWay(0)
  holding = held()
  const giving = new AbortController()
  const gone = fetch(`${url}/held`, { signal: giving.signal }).catch((error: Error) => error.name)
  await underWay(1)
  giving.abort()
  expect(await gone).toBe('AbortError')
  await underWay(0)
  answerNow()
  holding = undefined
})

/** A request whose body has begun and does not go on; what is answered to it is gathered. */
function slowBody(
  path: string,
  method = 'POST',
): { socket: Socket; answer: () => string; sendRest: () => void } {
  let answered = ''
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  socket.setEncoding('utf8')
  socket.on('data', (text) => {
    answered += text
  })
  socket.write(
    `${method} ${path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{`,
  )
  return { socket, answer: () => answered, sendRest: () => socket.write('}') }
}

test('O-15 whoever does not send their body takes nobody’s place, and is answered once it is there', async () => {
  await underWay(0)
  const sent = (path: string) =>
    fetch(`${url}${path}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' })
  const slow = Array.from({ length: BODIES_OF_A_CALLER - 1 }, () => slowBody('/stop/harm'))
  await vi.waitFor(() => expect(slow.every(({ socket }) => socket.bytesWritten > 0)).toBe(true))
  // More than may be under way at a time, of whatever share.
  expect((await sent('/change')).status).toBe(200)
  expect((await sent('/stop/harm')).status).toBe(200)
  expect(admission.underWay()).toBe(0)
  const one = slowBody('/stop/harm')
  const tooMany = await vi.waitFor(async () => {
    const answer = await sent('/stop/harm')
    expect(answer.status).toBe(429)
    return answer
  })
  expect(await tooMany.json()).toMatchObject({ code: 'bodies_under_way' })
  one.sendRest()
  await vi.waitFor(() => expect(one.answer()).toMatch(/^HTTP\/1.1 200 /))
  for (const { socket } of [...slow, one]) socket.destroy()
  await vi.waitFor(async () => expect((await sent('/stop/harm')).status).toBe(200))
})

test('O-15 of files one caller sends two at a time, so that others find room; a short notice is no file', async () => {
  const file = () => fetch(`${url}/file`, { method: 'POST', body: 'x' })
  const slow = [slowBody('/file'), slowBody('/file')]
  await vi.waitFor(async () =>
    expect(await (await file()).json()).toMatchObject({ code: 'uploads_busy', success: false }),
  )
  const notices = Array.from({ length: 10 }, () => slowBody('/notice'))
  expect((await fetch(`${url}/notice`, { method: 'POST', body: 'x' })).status).toBe(200)
  for (const { socket } of [...slow, ...notices]) socket.destroy()
  await vi.waitFor(async () => expect((await file()).status).toBe(200))
})
