import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { entry, importEntries } from '../files/import-for-tests.ts'
import { AccountSchema, PostingSchema } from '../ledger/posting.ts'
import {
  eventsOf,
  problemOf,
  type RequestOptions,
  type SandboxForTests,
  startSandboxForTests,
} from '../sandbox-for-tests.ts'
import { TransferSchema } from './transfer.ts'

/** Monday. */
const START = new Date('2026-03-02T15:00:00Z')

let sandbox: SandboxForTests
let now = START
let keys = 0

beforeAll(async () => {
  sandbox = await startSandboxForTests({ now: () => now })
})
beforeEach(() => {
  now = START
})
afterAll(() => sandbox.drop())

const newKey = () => {
  keys += 1
  return `return-${keys}`
}

async function transfer(id: string) {
  return TransferSchema.parse((await sandbox.request('GET', `/cts/transfers/${id}`)).body)
}

async function firstOf(query: string) {
  const { body } = await sandbox.request('GET', `/cts/transfers?${query}&limit=200`)
  return z.object({ transfers: z.array(TransferSchema) }).parse(body).transfers
}

/** A transfer that came in on Monday 2 March 2026; ordinary returns are due on Wednesday, 08:30 New York. */
async function incoming() {
  const { sha256 } = await importEntries(sandbox, [entry(1, { account: newKey() })])
  return transfer(`tr_${sha256.slice(0, 16)}.1`)
}

function returns(id: string, body: unknown, options: RequestOptions = {}) {
  return sandbox.request('POST', `/cts/transfers/${id}/returns`, { body, key: newKey(), ...options })
}

/** A returned transfer that came from the bank, of parties that are not frozen. */
async function bankReturn() {
  const frozen = z
    .object({ parties: z.array(z.object({ id: z.string(), frozen: z.boolean() })) })
    .parse((await sandbox.request('GET', '/compliance/parties?limit=200')).body)
    .parties.flatMap((party) => (party.frozen ? [party.id] : []))
  const [found] = (await firstOf('state=return_received&rail=ach')).filter(
    ({ originator, receiver, settled_at }) =>
      settled_at && !frozen.includes(originator.party_id) && !frozen.includes(receiver.party_id),
  )
  if (!found) throw new Error('the world has no bank return to book')
  return found
}

async function postings(id: string) {
  const { body } = await sandbox.request('GET', `/ledger/postings?transfer_id=${id}`)
  return z.object({ postings: z.array(PostingSchema) }).parse(body).postings
}

async function balance(account: string) {
  return AccountSchema.parse((await sandbox.request('GET', `/ledger/accounts/${account}`)).body).balance
}

test("K-37 booking a bank's return reverses the original posting exactly and tells of it", async () => {
  const before = await bankReturn()
  const [original] = await postings(before.id)
  const key = newKey()
  const answered = await returns(
    before.id,
    { case: 'book', reason: before.return?.code, note: 'as the bank says' },
    { key, ifMatch: `"${before.version}"` },
  )
  expect(answered.status).toBe(201)
  const { transfer: returned } = z.strictObject({ transfer: TransferSchema }).parse(answered.body)
  expect(answered.headers.get('etag')).toBe(`"${before.version + 1}"`)
  expect(returned).toMatchObject({
    state: 'returned',
    version: before.version + 1,
    return: { ...before.return, reason: before.return?.code, note: 'as the bank says' },
  })
  const [reversal] = await postings(before.id)
  const turned = original?.lines.map((line) => ({
    ...line,
    side: line.side === 'debit' ? 'credit' : 'debit',
  }))
  expect(reversal?.reverses).toBe(original?.id)
  expect(reversal?.lines).toHaveLength(2)
  expect(reversal?.lines).toEqual(expect.arrayContaining(turned ?? []))

  const events = await eventsOf(sandbox, 'cts')
  expect(events.filter((event) => event.caused_by === key)).toMatchObject([
    { type: 'transfers.returned', subject: { kind: 'transfer', id: before.id }, data: returned },
  ])
})

test('K-37 an incoming entry is sent back within two banking days, and not later', async () => {
  const inTime = await incoming()
  expect(inTime.return_deadlines?.standard).toBe('2026-03-04T13:30:00.000Z')
  now = new Date('2026-03-04T13:30:00Z')
  const sent = await returns(inTime.id, { case: 'send_back', reason: 'R01' })
  expect(sent.status).toBe(201)
  expect(await transfer(inTime.id)).toMatchObject({
    state: 'returned',
    return: { case: 'send_back', code: 'R01', received_at: '2026-03-04T13:30:00.000Z', original_known: true },
  })

  now = START
  const late = await incoming()
  now = new Date('2026-03-04T13:30:00.001Z')
  const refused = await returns(late.id, { case: 'send_back', reason: 'R01' })
  expect(problemOf(refused)).toMatchObject({ status: 422, code: 'return_window_closed' })
  expect(await transfer(late.id)).toEqual(late)
})

test('K-37 an unauthorised entry is sent back within sixty days, and not later', async () => {
  const inTime = await incoming()
  const extended = inTime.return_deadlines?.extended ?? ''
  now = new Date(extended)
  expect((await returns(inTime.id, { case: 'send_back', reason: 'R10' })).status).toBe(201)
  now = START
  const late = await incoming()
  now = new Date(Date.parse(extended) + 1)
  const refused = await returns(late.id, { case: 'send_back', reason: 'R10' })
  expect(problemOf(refused)).toMatchObject({ status: 422, code: 'return_window_closed' })
})

test('K-37 the deadline is counted over a holiday of the rail', async () => {
  now = new Date('2026-11-25T15:00:00Z')
  const { sha256 } = await importEntries(sandbox, [entry(1, { effective_date: '2026-11-25' })])
  // Thanksgiving and a weekend lie between.
  expect((await transfer(`tr_${sha256.slice(0, 16)}.1`)).return_deadlines?.standard).toBe(
    '2026-11-30T13:30:00.000Z',
  )
})

test('K-37 a reason of another rail is refused with the codes that are allowed', async () => {
  const { id } = await incoming()
  const refused = problemOf(await returns(id, { case: 'send_back', reason: 'AC04' }))
  expect(refused).toMatchObject({ status: 422, code: 'reason_not_of_rail' })
  expect(refused.errors).toMatchObject([{ field: 'reason', allowed: expect.arrayContaining(['R01', 'R85']) }])
})

test.each([
  ['book', 'state=settled&rail=ach'],
  ['send_back', 'state=return_received&rail=ach'],
  ['book', 'state=cancelled'],
  ['send_back', 'state=returned'],
] as const)('K-37 %s is refused for %s', async (wanted, query) => {
  const [before] = await firstOf(query)
  if (!before) throw new Error(`the world has no transfer for ${query}`)
  const refused = await returns(before.id, { case: wanted, reason: 'R01' })
  expect(problemOf(refused)).toMatchObject({ status: 409, code: 'transfer_not_returnable' })
  expect(await transfer(before.id)).toEqual(before)
})

test('K-37 a caller who saw an older version is refused, and nothing happens', async () => {
  const before = await incoming()
  const refused = await returns(
    before.id,
    { case: 'send_back', reason: 'R01' },
    { ifMatch: `"${before.version + 4}"` },
  )
  expect(problemOf(refused)).toMatchObject({ status: 412, code: 'version_conflict' })
  expect(await transfer(before.id)).toEqual(before)
})

test('K-37 the return of an unknown original is booked against unidentified returns', async () => {
  const { sha256 } = await importEntries(sandbox, [
    entry(4, {
      side: 'credit',
      amount: { amount: '17.25', currency: 'USD' },
      return: { code: 'R03', original_trace: '999999990000001' },
    }),
  ])
  const id = `tr_${sha256.slice(0, 16)}.4`
  expect(await transfer(id)).toMatchObject({
    direction: 'outgoing',
    state: 'return_received',
    return: { code: 'R03', original_known: false, original_trace: '999999990000001' },
  })
  expect((await returns(id, { case: 'book', reason: 'R03' })).status).toBe(201)
  const [posting] = await postings(id)
  // The credit that we sent came back: money in.
  expect(posting?.lines.map(({ account, side, amount }) => [account, side, amount.amount])).toEqual([
    ['1010-USD', 'debit', '17.25'],
    ['2900-USD', 'credit', '17.25'],
  ])
})

test('K-37 two hundred concurrent duplicates have one effect, and the same answer', async () => {
  const { id } = await incoming()
  const before = Number(await balance('2000-USD'))
  const key = newKey()
  const body = { case: 'send_back', reason: 'R01' }
  const answers = await Promise.all(Array.from({ length: 200 }, () => returns(id, body, { key })))
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]))
  expect(new Set(answers.map((answer) => JSON.stringify(answer.body))).size).toBe(1)
  const replayed = answers.filter(({ headers }) => headers.get('idempotency-replayed') === 'true')
  expect(replayed).toHaveLength(199)
  expect(await postings(id)).toHaveLength(2)
  // The receipt was a debit of ours: sending it back returns the money to the customer.
  expect(Number(await balance('2000-USD'))).toBeCloseTo(before - 100, 2)
  const { body: effects } = await sandbox.request('GET', `/_sandbox/effects?key=${key}`)
  expect(effects).toMatchObject({
    effects: [{ key, upstream: 'cts', operation: 'transfer.return', target: id, count: 1 }],
  })
})

test('K-37 a key that was used with another body or target is refused', async () => {
  const [first, second] = [await incoming(), await incoming()]
  const key = newKey()
  expect((await returns(first.id, { case: 'send_back', reason: 'R01' }, { key })).status).toBe(201)
  for (const [id, reason] of [
    [first.id, 'R02'],
    [second.id, 'R01'],
  ] as const) {
    const refused = await returns(id, { case: 'send_back', reason }, { key })
    expect(problemOf(refused)).toMatchObject({ status: 422, code: 'idempotency_key_reused' })
  }
  expect((await transfer(second.id)).state).toBe('settled')
})

test('K-37 a refusal stays the answer to its key, and without a key nothing is done', async () => {
  const { id, originator } = await incoming()
  const body = { case: 'send_back', reason: 'R01' }
  const party = `/compliance/parties/${originator.party_id}`
  await sandbox.request('POST', `${party}/freeze`, { body: { reason: 'fraud_suspected' }, key: newKey() })
  const key = newKey()
  expect(problemOf(await returns(id, body, { key })).code).toBe('party_frozen')
  await sandbox.request('POST', `${party}/unfreeze`, { body: { reason: 'cleared' }, key: newKey() })

  const again = await returns(id, body, { key })
  expect(problemOf(again)).toMatchObject({ status: 409, code: 'party_frozen' })
  expect(again.headers.get('idempotency-replayed')).toBe('true')
  const keyless = await returns(id, body, { key: undefined })
  expect(problemOf(keyless)).toMatchObject({ status: 400, code: 'idempotency_key_required' })
  expect((await transfer(id)).state).toBe('settled')
})

test('K-37 an answer is kept for a day; after that the key is free', async () => {
  const { id } = await incoming()
  const key = newKey()
  const body = { case: 'send_back', reason: 'R01' }
  await returns(id, body, { key })
  now = new Date(START.getTime() + 24 * 3_600_000 - 1)
  expect((await returns(id, body, { key })).status).toBe(201)
  now = new Date(START.getTime() + 24 * 3_600_000)
  expect(problemOf(await returns(id, body, { key })).code).toBe('transfer_not_returnable')
})

test('K-37 it can be asked whether the thing with a key happened', async () => {
  const { id } = await incoming()
  const key = newKey()
  expect((await sandbox.request('GET', `/cts/operations/${key}`)).status).toBe(404)
  const answered = await returns(id, { case: 'send_back', reason: 'R01' }, { key })
  expect((await sandbox.request('GET', `/cts/operations/${key}`)).body).toEqual({
    key,
    operation: 'transfer.return',
    target: id,
    performed_at: START.toISOString(),
    result: answered.body,
  })
  expect((await sandbox.request('GET', `/ledger/operations/${key}`)).status).toBe(404)
})
