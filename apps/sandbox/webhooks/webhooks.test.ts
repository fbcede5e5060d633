import { createHmac } from 'node:crypto'
import { createServer } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { entry, importEntries } from '../files/import-for-tests.ts'
import { EventSchema } from '../http/upstream-routes.ts'
import { eventsOf, type SandboxForTests, startSandboxForTests } from '../sandbox-for-tests.ts'

const SECRETS = {
  cts: 'secret-of-cts',
  ledger: 'secret-of-the-ledger',
  recon: 'secret-of-recon',
  compliance: 'secret-of-compliance',
  gateways: 'secret-of-the-gateways',
  edge: 'secret-of-the-edge',
}
const SIGNING = ['cts', 'ledger', 'recon', 'compliance', 'gateways', 'edge'] as const

type Delivered = { readonly path: string; readonly sequences: number[]; readonly genuine: boolean }

/** A console that remembers what it was sent; `answer` decides the status by the number of the request. */
const received: Delivered[] = []
let answer: (request: number) => number | 'silence' = () => 202
let requests = 0
const receiver = createServer((request, response) => {
  const pieces: Buffer[] = []
  request.on('data', (piece: Buffer) => pieces.push(piece))
  request.on('end', () => {
    requests += 1
    const status = answer(requests)
    if (status === 'silence') return void request.socket.destroy()
    const body = Buffer.concat(pieces)
    if (status < 300)
      received.push(delivered(request.url ?? '', body, request.headers['countersign-signature']))
    response.writeHead(status).end()
  })
})

function delivered(path: string, body: Buffer, signature: unknown): Delivered {
  const events = z
    .array(EventSchema)
    .max(100)
    .parse(JSON.parse(body.toString('utf8')))
  const [, time, given] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(signature)) ?? []
  const expected = createHmac(
    'sha256',
    new Map(Object.entries(SECRETS)).get(path.split('/').at(-1) ?? '') ?? '',
  )
    .update(`${time}.`)
    .update(body)
    .digest('hex')
  const recent = Math.abs(Date.now() / 1000 - Number(time)) < 300
  return { path, sequences: events.map(({ sequence }) => sequence), genuine: given === expected && recent }
}

let url: string
let sandbox: SandboxForTests

beforeAll(async () => {
  await new Promise<void>((done) => receiver.listen(0, '127.0.0.1', done))
  const address = receiver.address()
  url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/v1/ingest`
  sandbox = await startSandboxForTests({ webhook: { url, secrets: SECRETS } })
  await quiet()
})
afterEach(async () => {
  answer = () => 202
  for (const upstream of SIGNING) {
    await sandbox.request('POST', '/_sandbox/misbehave', { body: { upstream, mode: 'off' } })
  }
  await quiet()
})
afterAll(async () => {
  await sandbox.drop()
  receiver.closeAllConnections()
  await new Promise((done) => receiver.close(done))
})

const ofCts = () => received.filter(({ path }) => path === '/v1/ingest/cts')
const sequencesOf = (upstream: string) =>
  received.filter(({ path }) => path === `/v1/ingest/${upstream}`).flatMap(({ sequences }) => sequences)

/** Waits until all that was recorded has been delivered, or dropped. */
async function quiet(): Promise<void> {
  for (const upstream of SIGNING) {
    const last = (await eventsOf(sandbox, upstream)).at(-1)?.sequence ?? 0
    await until(async () => (await pendingAfter(upstream)) >= last)
  }
}

async function pendingAfter(upstream: string): Promise<number> {
  const { body } = await sandbox.request('GET', '/_sandbox/webhooks')
  return Webhooks.parse(body).webhooks.find((one) => one.upstream === upstream)?.delivered_through ?? 0
}
const Webhooks = z.object({
  webhooks: z.array(
    z.object({
      upstream: z.string(),
      delivered_through: z.number(),
      attempts: z.number(),
      last_error: z.string().nullable(),
    }),
  ),
})

async function until(holds: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await holds())) await sleep(20)
}

/** Makes so many events at CTS, and tells their sequences. */
async function makeEvents(count: number): Promise<number[]> {
  const before = (await eventsOf(sandbox, 'cts')).at(-1)?.sequence ?? 0
  const entries = Array.from({ length: count - 1 }, (_, index) => entry(index + 1))
  await importEntries(sandbox, entries)
  return (await eventsOf(sandbox, 'cts', before)).map(({ sequence }) => sequence)
}

test('K-37 the whole history is delivered once, in order, in batches, signed', async () => {
  for (const upstream of SIGNING) {
    const recorded = (await eventsOf(sandbox, upstream)).map(({ sequence }) => sequence)
    expect(recorded.length).toBeGreaterThan(20)
    expect(recorded).toEqual(recorded.map((_, index) => index + 1))
    expect(sequencesOf(upstream)).toEqual(recorded)
  }
  expect(received.every(({ genuine }) => genuine)).toBe(true)
  expect(Math.max(...received.map(({ sequences }) => sequences.length))).toBe(100)
})

test('K-37 what is not answered 2xx is sent again, in order, until it is', async () => {
  requests = 0
  const statuses = [500, 'silence', 404, 503] as const
  answer = (request) => statuses[request - 1] ?? 202
  received.length = 0
  const sequences = await makeEvents(3)
  await quiet()
  expect(requests).toBeGreaterThan(statuses.length)
  expect(sequencesOf('cts')).toEqual(sequences)
})

test('K-37 with the console down nothing is lost, and a restarted sandbox goes on where it was', async () => {
  received.length = 0
  answer = () => 'silence'
  const sequences = await makeEvents(4)
  await until(async () => {
    const { body } = await sandbox.request('GET', '/_sandbox/webhooks')
    const cts = Webhooks.parse(body).webhooks.find((one) => one.upstream === 'cts')
    return (cts?.attempts ?? 0) >= 2 && cts?.last_error !== null
  })
  await sandbox.restart()
  answer = () => 202
  await quiet()
  expect(sequencesOf('cts')).toEqual(sequences)
})

async function misbehave(mode: string, count: number) {
  const body = { upstream: 'cts', mode, rate: 1, count }
  expect((await sandbox.request('POST', '/_sandbox/misbehave', { body })).status).toBe(200)
}

test('C-18 drop_webhook loses as many as it was told; the feed has them all', async () => {
  received.length = 0
  await misbehave('drop_webhook', 2)
  const sequences = await makeEvents(5)
  await quiet()
  expect(sequencesOf('cts')).toEqual(sequences.slice(2))
})

test('C-18 duplicate_webhook delivers as many twice as it was told', async () => {
  received.length = 0
  await misbehave('duplicate_webhook', 2)
  const sequences = await makeEvents(4)
  await quiet()
  expect(sequencesOf('cts').sort((a, b) => a - b)).toEqual(
    [...sequences, ...sequences.slice(0, 2)].sort((a, b) => a - b),
  )
})

test('C-18 reorder_webhook delivers newest first, each event by itself', async () => {
  received.length = 0
  await misbehave('reorder_webhook', 1)
  const sequences = await makeEvents(4)
  await quiet()
  expect(sequencesOf('cts')).toEqual([...sequences].reverse())
  expect(ofCts().every((one) => one.sequences.length === 1)).toBe(true)
})
