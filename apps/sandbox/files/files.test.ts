import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { type Transfer, TransferSchema } from '../cts/transfer.ts'
import { eventsOf, problemOf, type SandboxForTests, startSandboxForTests } from '../sandbox-for-tests.ts'
import { entry, importEntries, newSha256, totalsOf } from './import-for-tests.ts'

const STAGING_KEY = 'test-key-that-only-stages'
const START = new Date('2026-03-03T18:00:00Z')

let sandbox: SandboxForTests
let now = START

beforeAll(async () => {
  sandbox = await startSandboxForTests({ now: () => now, stagingKey: STAGING_KEY })
})
beforeEach(() => {
  now = START
})
afterAll(() => sandbox.drop())

const idOf = (sha256: string, line: number) => `tr_${sha256.slice(0, 16)}.${line}`

async function transfer(id: string): Promise<Transfer> {
  return TransferSchema.parse((await sandbox.request('GET', `/cts/transfers/${id}`)).body)
}

function put(path: string, body: unknown) {
  return sandbox.request('PUT', `/cts/files/${path}`, { body })
}

function declared(entries: Parameters<typeof totalsOf>[0], chunks = 1) {
  return { name: 'march.ach', format: 'nacha', totals: totalsOf(entries), chunks }
}

test('K-37 a staged file is invisible until its commit, which says what it made', async () => {
  const sha256 = newSha256()
  const chunks = [[entry(1), entry(2)], [entry(3)]]
  const file = declared(chunks.flat(), 2)
  expect((await put(sha256, file)).body).toEqual({
    id: sha256,
    version: expect.any(Number),
    state: 'staging',
    missing_chunks: [0, 1],
  })
  // The second chunk first: their order does not matter.
  expect((await put(`${sha256}/chunks/1`, { entries: chunks[1] })).status).toBe(204)
  expect((await put(sha256, file)).body).toMatchObject({ missing_chunks: [0] })

  const early = await sandbox.request('POST', `/cts/files/${sha256}/commit`, { key: `commit-${sha256}` })
  expect(problemOf(early)).toMatchObject({ status: 409, code: 'chunks_missing' })
  expect((await put(`${sha256}/chunks/0`, { entries: chunks[0] })).status).toBe(204)
  expect((await put(`${sha256}/chunks/0`, { entries: chunks[0] })).status).toBe(204)
  expect((await sandbox.request('GET', `/cts/transfers/${idOf(sha256, 1)}`)).status).toBe(404)

  // The same key: a refusal of a commit is mended and repeated.
  const committed = await sandbox.request('POST', `/cts/files/${sha256}/commit`, { key: `commit-${sha256}` })
  const created = { transfers: 3, returns: 0, changes: 0 }
  expect(committed).toMatchObject({ status: 200, body: { id: sha256, state: 'committed', created } })
  expect((await put(sha256, file)).body).toEqual({
    id: sha256,
    version: expect.any(Number),
    state: 'committed',
    missing_chunks: [],
  })
  expect((await sandbox.request('GET', `/cts/files/${sha256}`)).body).toEqual({
    id: sha256,
    version: expect.any(Number),
    ...file,
    state: 'committed',
    missing_chunks: [],
    created,
    committed_at: START.toISOString(),
  })
  expect(await transfer(idOf(sha256, 3))).toMatchObject({ file_id: sha256, entry: { line: 3, batch: 1 } })
})

test('K-37 the same file again changes nothing, whatever its key', async () => {
  const { sha256 } = await importEntries(sandbox, [entry(1)])
  const before = (await eventsOf(sandbox, 'cts')).length
  for (const key of [undefined, 'another-key']) {
    const again = await sandbox.request('POST', `/cts/files/${sha256}/commit`, { key })
    expect(again).toMatchObject({ status: 200, body: { created: { transfers: 1 } } })
  }
  expect(await eventsOf(sandbox, 'cts')).toHaveLength(before)
  const { body } = await sandbox.request('GET', '/_sandbox/effects?upstream=cts&limit=10000')
  const { effects } = z
    .object({ effects: z.array(z.object({ key: z.string(), target: z.string(), count: z.number() })) })
    .parse(body)
  expect(effects.filter(({ target }) => target === sha256)).toEqual([
    { key: `file:${sha256}`, target: sha256, count: 1 },
  ])
})

test('K-37 an entry becomes a transfer with its parties, deadlines and everything the file said', async () => {
  const given = entry(7, { addenda: ['RENT MARCH', 'UNIT 4'], side: 'credit' })
  const { sha256 } = await importEntries(sandbox, [given])
  const made = await transfer(idOf(sha256, 7))
  expect(made).toMatchObject({
    rail: 'ach',
    direction: 'incoming',
    side: 'credit',
    state: 'settled',
    amount: given.amount,
    originator: { name: 'Larkspur Freight', account: '1234567890' },
    receiver: { name: given.name, account: given.account },
    reference: given.trace_number,
    trace_number: given.trace_number,
    sec_code: 'PPD',
    effective_date: '2026-03-02',
    settled_at: '2026-03-02T13:30:00.000Z',
    return_deadlines: { standard: '2026-03-04T13:30:00.000Z', extended: '2026-05-04T12:30:00.000Z' },
    entry: { transaction_code: '27', individual_id: 'ID-7', addenda: ['RENT MARCH', 'UNIT 4'] },
  })
  const party = await sandbox.request('GET', `/compliance/parties/${made.receiver.party_id}`)
  expect(party.body).toMatchObject({ name: given.name, kind: 'person', frozen: false })
  // The same account later is the same party.
  const again = await importEntries(sandbox, [{ ...given, trace_number: '091000009999999' }])
  expect((await transfer(idOf(again.sha256, 7))).receiver).toEqual(made.receiver)
})

test('K-37 an entry of a later day, or of a frozen party, waits', async () => {
  const { sha256 } = await importEntries(sandbox, [
    entry(1, { effective_date: '2026-03-05' }),
    entry(2, { account: '777' }),
  ])
  const [later, paid] = [await transfer(idOf(sha256, 1)), await transfer(idOf(sha256, 2))]
  expect([later.state, paid.state]).toEqual(['created', 'settled'])
  await sandbox.request('POST', `/compliance/parties/${paid.receiver.party_id}/freeze`, {
    body: { reason: 'court_order' },
    key: 'freeze-777',
  })
  const held = await importEntries(sandbox, [entry(1, { account: '777' })])
  expect((await transfer(idOf(held.sha256, 1))).state).toBe('created')
})

async function settledOutgoing(count: number): Promise<Transfer[]> {
  const { body } = await sandbox.request('GET', '/cts/transfers?state=settled&rail=ach&limit=200')
  return z
    .object({ transfers: z.array(TransferSchema) })
    .parse(body)
    .transfers.filter(({ direction, change }) => direction === 'outgoing' && !change)
    .slice(0, count)
}

test('K-37 a return and a change find their original by trace number; a second return does not move it', async () => {
  const [first, second] = await settledOutgoing(2)
  const { sha256, committed } = await importEntries(sandbox, [
    entry(1, {
      amount: first?.amount,
      return: {
        code: 'R01',
        original_trace: first?.trace_number ?? '',
        original_rdfi: '09100001',
        addenda_information: 'NSF',
      },
    }),
    entry(2, {
      amount: first?.amount,
      return: { code: 'R02', original_trace: first?.trace_number ?? '' },
    }),
    entry(3, {
      amount: { amount: '0.00', currency: 'USD' },
      change: { code: 'C01', original_trace: second?.trace_number ?? '', corrected_data: '0042' },
    }),
    entry(4, {
      amount: { amount: '0.00', currency: 'USD' },
      change: { code: 'C02', original_trace: '000000000000001', corrected_data: '091000019' },
    }),
  ])
  expect(committed.body).toMatchObject({ created: { transfers: 0, returns: 2, changes: 2 } })
  expect(await transfer(first?.id ?? '')).toMatchObject({
    state: 'return_received',
    version: (first?.version ?? 0) + 1,
    return: { case: 'book', code: 'R01', addenda: 'NSF', original_known: true },
  })
  expect(await transfer(idOf(sha256, 2))).toMatchObject({
    direction: 'outgoing',
    state: 'return_received',
    return: { code: 'R02', original_known: true, original_transfer_id: first?.id },
  })
  expect(await transfer(second?.id ?? '')).toMatchObject({
    state: 'settled',
    change: { code: 'C01', corrected_data: '0042', original_known: true },
  })
  expect(await transfer(idOf(sha256, 4))).toMatchObject({ change: { code: 'C02', original_known: false } })
  const postings = await sandbox.request('GET', `/ledger/postings?transfer_id=${idOf(sha256, 4)}`)
  expect(postings.body).toMatchObject({ postings: [] })
})

test('K-37 a file whose content is not what it says is refused whole, and can be discarded', async () => {
  const sha256 = newSha256()
  await put(sha256, declared([entry(1), entry(2)]))
  await put(`${sha256}/chunks/0`, {
    entries: [entry(1), entry(2, { amount: { amount: '100.01', currency: 'USD' } })],
  })
  const refused = problemOf(await sandbox.request('POST', `/cts/files/${sha256}/commit`))
  expect(refused).toMatchObject({
    status: 422,
    code: 'totals_differ',
    detail: 'debit of 200.00 USD was declared, 200.01 came.',
  })
  expect((await sandbox.request('GET', `/cts/transfers/${idOf(sha256, 1)}`)).status).toBe(404)
  expect(problemOf(await put(sha256, declared([entry(1)]))).code).toBe('file_differs')

  expect((await sandbox.request('DELETE', `/cts/files/${sha256}`)).status).toBe(204)
  expect((await sandbox.request('DELETE', `/cts/files/${sha256}`)).status).toBe(204)
  expect(problemOf(await put(`${sha256}/chunks/0`, { entries: [] })).code).toBe('not_found')
  expect((await put(sha256, declared([entry(1)]))).body).toMatchObject({ missing_chunks: [0] })
})

test('K-37 a committed file takes no chunk and is not discarded', async () => {
  const { sha256 } = await importEntries(sandbox, [entry(1, { individual_id: 'COMMITTED' })])
  for (const refused of [
    await put(`${sha256}/chunks/0`, { entries: [entry(1)] }),
    await sandbox.request('DELETE', `/cts/files/${sha256}`),
  ]) {
    expect(problemOf(refused)).toMatchObject({ status: 409, code: 'file_committed' })
  }
})

test('K-37 T-14 the same content under another name is known for what it is, and is not committed', async () => {
  const one = [entry(1, { individual_id: 'SAME' }), entry(2, { individual_id: 'SAME' })]
  const { sha256: first } = await importEntries(sandbox, one)
  // The same entries on other lines: the file's lines end in another way.
  const other = one.map((each) => ({ ...each, line: each.line + 3 }))
  const sha256 = newSha256()
  await put(sha256, declared(other))
  expect((await put(`${sha256}/chunks/0`, { entries: other })).status).toBe(204)
  const whole = await put(sha256, declared(other))
  expect(whole.body).toMatchObject({
    id: sha256,
    state: 'staging',
    missing_chunks: [],
    same_content_as: first,
  })
  expect((await sandbox.request('GET', `/cts/files/${sha256}`)).body).toMatchObject({
    same_content_as: first,
  })
  const before = (await eventsOf(sandbox, 'cts')).length
  const refused = await sandbox.request('POST', `/cts/files/${sha256}/commit`)
  expect(problemOf(refused)).toMatchObject({ status: 409, code: 'content_committed' })
  expect(problemOf(refused).detail).toContain(first)
  expect(await eventsOf(sandbox, 'cts')).toHaveLength(before)

  // Nor is it another file for an empty chunk more, or a member that says nothing.
  const padded = newSha256()
  await put(padded, declared(one, 2))
  await put(`${padded}/chunks/0`, { entries: one.map(({ addenda: _, ...rest }) => rest) })
  await put(`${padded}/chunks/1`, { entries: [] })
  expect((await sandbox.request('GET', `/cts/files/${padded}`)).body).toMatchObject({
    same_content_as: first,
  })

  const another = await importEntries(sandbox, [one[0], { ...one[1], trace_number: '1' }] as typeof one)
  expect(another.committed.status).toBe(200)
})

test('K-37 what is staged anew has another version, and a commit of the one before is refused', async () => {
  const sha256 = newSha256()
  const stage = async (content: ReturnType<typeof entry>[]) => {
    await put(sha256, declared(content))
    await put(`${sha256}/chunks/0`, { entries: content })
    const { body } = await sandbox.request('GET', `/cts/files/${sha256}`)
    return z.object({ version: z.number() }).parse(body).version
  }
  const small = [entry(1, { individual_id: 'SMALL' })]
  const seen = await stage(small)
  // The same again is no change.
  expect(await stage(small)).toBe(seen)
  await sandbox.request('DELETE', `/cts/files/${sha256}`)
  const large = [entry(1, { individual_id: 'LARGE', amount: { amount: '90000.00', currency: 'USD' } })]
  const swapped = await stage(large)
  expect(swapped).not.toBe(seen)
  const commit = (version: number) =>
    sandbox.request('POST', `/cts/files/${sha256}/commit`, { ifMatch: `"${version}"` })
  expect(problemOf(await commit(seen))).toMatchObject({ status: 412, code: 'version_conflict' })
  expect((await sandbox.request('GET', `/cts/transfers/${idOf(sha256, 1)}`)).status).toBe(404)
  expect((await commit(swapped)).status).toBe(200)
  // Committed already: the same answer, whatever was seen.
  expect((await commit(seen)).status).toBe(200)
})

test('K-37 T-14 of two files with the same content that are committed at once, one is', async () => {
  const content = [entry(1, { individual_id: 'AT-ONCE' })]
  const names = [newSha256(), newSha256(), newSha256()]
  for (const name of names) {
    await put(name, declared(content))
    await put(`${name}/chunks/0`, { entries: content })
  }
  const answers = await Promise.all(
    names.map((name) => sandbox.request('POST', `/cts/files/${name}/commit`, { key: `at-once-${name}` })),
  )
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409])
})

test('K-37 the key for staging stages files and does nothing else', async () => {
  const staging = { headers: { authorization: `Bearer ${STAGING_KEY}` } }
  const sha256 = newSha256()
  const content = [entry(1, { individual_id: 'STAGED' })]
  const path = `/cts/files/${sha256}`
  expect((await sandbox.request('PUT', path, { ...staging, body: declared(content) })).status).toBe(200)
  const chunk = { ...staging, body: { entries: content } }
  expect((await sandbox.request('PUT', `${path}/chunks/0`, chunk)).status).toBe(204)
  expect((await sandbox.request('GET', path, staging)).status).toBe(200)
  for (const [method, at] of [
    ['POST', `${path}/commit`],
    ['GET', '/cts/transfers'],
    ['GET', '/cts/events?after=0'],
    ['POST', `/cts/transfers/${idOf(sha256, 1)}/return`],
    ['POST', '/compliance/parties/pty_1/freeze'],
    ['GET', `/compliance/parties/files/${sha256}`],
  ] as const) {
    const refused = await sandbox.request(method, at, {
      ...staging,
      ...(method === 'POST' ? { body: {} } : {}),
    })
    expect(problemOf(refused), `${method} ${at}`).toMatchObject({ status: 403, code: 'not_for_staging' })
  }
  expect((await sandbox.request('DELETE', path, staging)).status).toBe(204)
  const wrong = await sandbox.request('GET', path, { headers: { authorization: 'Bearer something-else' } })
  expect(wrong.status).toBe(401)
})

test('K-37 lines ascend within a chunk and over chunks', async () => {
  const sha256 = newSha256()
  await put(sha256, declared([entry(5), entry(5)], 2))
  const within = problemOf(await put(`${sha256}/chunks/0`, { entries: [entry(5), entry(5)] }))
  expect(within).toMatchObject({ status: 400, errors: [{ field: 'entries.1.line' }] })
  await put(`${sha256}/chunks/0`, { entries: [entry(5)] })
  await put(`${sha256}/chunks/1`, { entries: [entry(5)] })
  expect(problemOf(await sandbox.request('POST', `/cts/files/${sha256}/commit`)).code).toBe('line_repeated')
})

test.each([
  ['entries.0.amount.amount', { amount: { amount: '1.5', currency: 'USD' } }],
  ['entries.0.return.code', { return: { code: 'X1', original_trace: '1' } }],
  ['entries.0.effective_date', { effective_date: '2026-02-30' }],
  ['entries.0.name', { name: 'a\u0000b' }],
  ['entries.0.surprise', { surprise: 1 }],
  [
    'entries.0.change',
    {
      return: { code: 'R01', original_trace: '1' },
      change: { code: 'C01', original_trace: '1', corrected_data: '' },
    },
  ],
])('K-37 a wrong entry is refused with its field: %s', async (field, changes) => {
  const sha256 = newSha256()
  await put(sha256, declared([entry(1)]))
  const refused = problemOf(await put(`${sha256}/chunks/0`, { entries: [{ ...entry(1), ...changes }] }))
  expect(refused).toMatchObject({ status: 400, code: 'invalid_request', errors: [{ field }] })
})

test('K-37 a staged file that nobody commits is forgotten after seven days', async () => {
  const sha256 = newSha256()
  const file = declared([entry(1)])
  await put(sha256, file)
  await put(`${sha256}/chunks/0`, { entries: [entry(1)] })
  now = new Date(START.getTime() + 7 * 86_400_000)
  expect((await put(sha256, file)).body).toMatchObject({ missing_chunks: [] })
  now = new Date(START.getTime() + 7 * 86_400_000 + 1)
  expect((await sandbox.request('POST', `/cts/files/${sha256}/commit`)).status).toBe(404)
  expect((await put(sha256, file)).body).toMatchObject({ missing_chunks: [0] })
})

test('K-37 the webhook outbox hears of a committed file after its transfers', async () => {
  const { sha256 } = await importEntries(sandbox, [entry(1), entry(2)])
  const events = (await eventsOf(sandbox, 'cts')).filter((event) => event.caused_by === `file:${sha256}`)
  expect(events.map(({ type }) => type)).toEqual(['transfer.settled', 'transfer.settled', 'file.committed'])
  expect(events[2]).toMatchObject({
    subject: { kind: 'file', id: sha256 },
    data: { name: 'test.ach', created: { transfers: 2 } },
  })
})

test('K-37 a chunk may be large, and more than that is refused', async () => {
  const sha256 = newSha256()
  const addenda = Array.from({ length: 9_999 }, () => 'x'.repeat(80))
  const large = Array.from({ length: 5 }, (_, index) => entry(index + 1, { addenda }))
  await put(sha256, declared(large))
  expect((await put(`${sha256}/chunks/0`, { entries: large })).status).toBe(204)
  const larger = Array.from({ length: 12 }, (_, index) => entry(index + 1, { addenda }))
  expect(problemOf(await put(`${sha256}/chunks/0`, { entries: larger })).status).toBe(413)
  const many = Array.from({ length: 1_001 }, (_, index) => entry(index + 1))
  expect(problemOf(await put(`${sha256}/chunks/0`, { entries: many }))).toMatchObject({
    status: 400,
    errors: [{ field: 'entries', message: 'must have at most 1000 entries' }],
  })
})
