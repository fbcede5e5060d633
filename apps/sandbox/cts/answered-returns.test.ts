import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { type EntryInput, entry, importEntries } from '../files/import-for-tests.ts'
import { PostingSchema } from '../ledger/posting.ts'
import {
  eventsOf,
  problemOf,
  type RequestOptions,
  type SandboxForTests,
  startSandboxForTests,
} from '../sandbox-for-tests.ts'
import { type Transfer, TransferSchema } from './transfer.ts'

/** Monday, 10:00 in New York. */
const START = new Date('2026-03-02T15:00:00Z')

let sandbox: SandboxForTests
let now = START
let keys = 0
let lines = 0
let originals: Transfer[]

beforeAll(async () => {
  sandbox = await startSandboxForTests({ now: () => now })
  const { body } = await sandbox.request('GET', '/cts/transfers?state=settled&rail=ach&limit=200')
  originals = z
    .object({ transfers: z.array(TransferSchema) })
    .parse(body)
    .transfers.filter((one) => one.direction === 'outgoing' && one.frozen_parties?.length === 0)
})
beforeEach(() => {
  now = START
})
afterAll(() => sandbox.drop())

async function transfer(id: string) {
  return TransferSchema.parse((await sandbox.request('GET', `/cts/transfers/${id}`)).body)
}

function ask(id: string, what: string, body: unknown, options: RequestOptions = {}) {
  keys += 1
  return sandbox.request('POST', `/cts/transfers/${id}/${what}`, {
    body,
    key: `answered-${keys}`,
    ...options,
  })
}

/** An entry of a file of its own; the transfer that the file makes, where it makes one. */
async function arrives(changes: Partial<EntryInput>): Promise<string> {
  lines += 1
  const { sha256, committed } = await importEntries(sandbox, [entry(lines, changes)])
  expect(committed.status).toBe(200)
  return `tr_${sha256.slice(0, 16)}.${lines}`
}

/** A payment of ours that the bank has just returned for that reason. */
async function returned(code: string, side?: 'debit' | 'credit', which = 'newest'): Promise<Transfer> {
  const fits = (one: Transfer) => side === undefined || one.side === side
  const at = which === 'newest' ? originals.findIndex(fits) : originals.findLastIndex(fits)
  const [original] = originals.splice(at, 1)
  if (!original) throw new Error('the world has no payment left to return')
  await arrives({
    ...{ side: original.side, amount: original.amount },
    return: { code, original_trace: original.trace_number ?? '' },
  })
  const received = await transfer(original.id)
  expect(received).toMatchObject({ state: 'return_received', return: { code } })
  return received
}

/** An entry that came in, was sent back for R01, and whose bank does not accept that. */
async function dishonoured(code: string): Promise<Transfer> {
  const trace = `09100002${String(lines).padStart(7, '0')}`
  const id = await arrives({ trace_number: trace, account: `88${lines}77665544` })
  expect((await ask(id, 'returns', { case: 'send_back', reason: 'R01' })).status).toBe(201)
  await arrives({ return: { code, original_trace: trace, addenda_information: 'AS AGREED' } })
  return transfer(id)
}

async function postings(id: string) {
  const { body } = await sandbox.request('GET', `/ledger/postings?transfer_id=${id}`)
  const found = z.object({ postings: z.array(PostingSchema) }).parse(body).postings
  // In the order in which one reverses the other: they are of one instant here.
  const ordered = found.filter(({ reverses }) => reverses === undefined)
  for (const posting of ordered) ordered.push(...found.filter(({ reverses }) => reverses === posting.id))
  return ordered
}

/** The lines of the transfer per account, added up: what all of its postings come to. */
async function sums(id: string): Promise<Record<string, number>> {
  const added: Record<string, number> = {}
  for (const { account, side, amount } of (await postings(id)).flatMap((posting) => posting.lines)) {
    const cents = Math.round(Number(amount.amount) * 100)
    added[account] = (added[account] ?? 0) + (side === 'debit' ? cents : -cents)
  }
  return added
}

const turned = (posting: z.infer<typeof PostingSchema> | undefined) =>
  posting?.lines.map((line) => ({ ...line, side: line.side === 'debit' ? 'credit' : 'debit' }))

test('T-03 K-37 a return that was not booked is dishonoured without a posting; contested by the bank, it is booked', async () => {
  const before = await returned('R03')
  expect(before.return?.dishonour_by).toBe('2026-03-09T22:00:00.000Z')
  const answered = await ask(
    before.id,
    'dishonours',
    { code: 'R69', incorrect_field: 'amount', note: 'another amount' },
    { ifMatch: `"${before.version}"` },
  )
  expect(answered.status).toBe(201)
  const after = await transfer(before.id)
  expect(after).toMatchObject({
    state: 'return_dishonoured',
    return: {
      code: 'R03',
      dishonour: { code: 'R69', incorrect_field: 'amount', contest_by: '2026-03-04T23:00:00.000Z' },
    },
  })
  expect(await postings(before.id)).toHaveLength(1)
  const again = await ask(before.id, 'dishonours', { code: 'R61' })
  expect(problemOf(again)).toMatchObject({ status: 409, code: 'return_not_dishonourable' })

  await arrives({
    ...{ side: before.side, amount: before.amount },
    return: { code: 'R76', original_trace: before.trace_number ?? '' },
  })
  expect(await transfer(before.id)).toMatchObject({
    state: 'return_received',
    return: { code: 'R03', dishonour: { code: 'R69' }, contest: { code: 'R76' } },
  })
  // There is nothing on the rail after a contest.
  expect(problemOf(await ask(before.id, 'dishonours', { code: 'R61' })).code).toBe('return_not_dishonourable')
  expect((await ask(before.id, 'returns', { case: 'book', reason: 'R03' })).status).toBe(201)
  const [settled, booked] = await postings(before.id)
  expect(booked?.reverses).toBe(settled?.id)
  expect(Object.values(await sums(before.id))).toEqual([0, 0])

  const types = (await eventsOf(sandbox, 'cts'))
    .filter(({ subject }) => subject.id === before.id)
    .map(({ type }) => type)
  expect(types.slice(-4)).toEqual([
    'transfer.return_received',
    'transfer.return_dishonoured',
    'transfer.return_received',
    'transfers.returned',
  ])
})

test('T-03 K-37 a booked return that is dishonoured is taken back on the ledger, and booked again once contested', async () => {
  const { id, side, amount, trace_number = '' } = await returned('R02')
  await ask(id, 'returns', { case: 'book', reason: 'R02' })
  expect((await ask(id, 'dishonours', { code: 'R61' })).status).toBe(201)
  const [settled, booked, back] = await postings(id)
  expect(back?.reverses).toBe(booked?.id)
  expect(back?.lines).toEqual(expect.arrayContaining(turned(booked) ?? []))
  expect(back?.lines).toEqual(expect.arrayContaining(settled?.lines ?? []))
  await arrives({ side, amount, return: { code: 'R71', original_trace: trace_number } })
  expect((await ask(id, 'returns', { case: 'book', reason: 'R02' })).status).toBe(201)
  const all = await postings(id)
  expect(all).toHaveLength(4)
  expect(all[3]?.reverses).toBe(back?.id)
  expect(Object.values(await sums(id))).toEqual([0, 0])
})

test('T-03 K-37 a return is dishonoured within five banking days of its settlement, and not later', async () => {
  // Wednesday before Thanksgiving: Thursday and the weekend do not count.
  now = new Date('2026-11-25T15:00:00Z')
  const inTime = await returned('R03')
  const late = await returned('R03')
  expect(inTime.return?.dishonour_by).toBe('2026-12-03T23:00:00.000Z')
  now = new Date('2026-12-03T23:00:00Z')
  expect((await ask(inTime.id, 'dishonours', { code: 'R61' })).status).toBe(201)
  now = new Date('2026-12-03T23:00:00.001Z')
  const refused = problemOf(await ask(late.id, 'dishonours', { code: 'R61' }))
  expect(refused).toMatchObject({ status: 422, code: 'return_window_closed' })
  expect((await transfer(late.id)).state).toBe('return_received')
})

test('T-03 K-37 a return is dishonoured only for what its history bears out', async () => {
  const allowed = async (id: string) =>
    problemOf(await ask(id, 'dishonours', { code: 'R67' })).errors?.[0]?.allowed
  // Weeks after it settled, an ordinary return is late; an unauthorised one is not.
  const late = await returned('R03', 'debit', 'oldest')
  expect(late.return?.due_by ?? '').not.toBe('')
  expect(new Date(late.return?.due_by ?? '') < START).toBe(true)
  expect(await allowed(late.id)).toEqual(['R61', 'R62', 'R68', 'R69'])
  const unauthorised = await returned('R10', 'debit')
  expect(await allowed(unauthorised.id)).toEqual(['R61', 'R62', 'R69'])
  const onRequest = await returned('R06', 'credit', 'oldest')
  expect(await allowed(onRequest.id)).toEqual(['R61', 'R68', 'R69', 'R70'])
  expect(problemOf(await ask(onRequest.id, 'dishonours', { code: 'R01' }))).toMatchObject({
    status: 422,
    code: 'reason_not_of_rail',
  })
  const nothingNamed = problemOf(await ask(onRequest.id, 'dishonours', { code: 'R69' }))
  expect(nothingNamed).toMatchObject({ status: 400, errors: [{ field: 'incorrect_field' }] })
  // The bank sends a second return of what it returned before.
  const second = await arrives({
    ...{ side: onRequest.side, amount: onRequest.amount },
    return: { code: 'R03', original_trace: onRequest.trace_number ?? '' },
  })
  expect((await ask(second, 'dishonours', { code: 'R67' })).status).toBe(201)
  expect(await postings(second)).toEqual([])
})

test('T-03 K-37 what was sent back and dishonoured is contested within two banking days, with what answers it', async () => {
  const before = await dishonoured('R68')
  expect(before).toMatchObject({
    state: 'dishonour_received',
    return: {
      case: 'send_back',
      code: 'R01',
      dishonour: { code: 'R68', addenda: 'AS AGREED', contest_by: '2026-03-04T23:00:00.000Z' },
    },
  })
  expect(await postings(before.id)).toHaveLength(2)
  const refused = problemOf(await ask(before.id, 'contests', { code: 'R75' }))
  expect(refused).toMatchObject({ status: 422, code: 'reason_not_of_history' })
  expect(refused.errors?.[0]?.allowed).toEqual(['R71', 'R73'])
  now = new Date('2026-03-04T23:00:00Z')
  expect((await ask(before.id, 'contests', { code: 'R73', note: 'sent in time' })).status).toBe(201)
  expect(await transfer(before.id)).toMatchObject({
    state: 'returned',
    return: { contest: { code: 'R73', note: 'sent in time' } },
  })
  expect(await postings(before.id)).toHaveLength(2)
  expect(problemOf(await ask(before.id, 'contests', { code: 'R73' })).code).toBe('dishonour_not_contestable')

  now = START
  const late = await dishonoured('R69')
  now = new Date('2026-03-04T23:00:00.001Z')
  expect(problemOf(await ask(late.id, 'contests', { code: 'R76' })).code).toBe('return_window_closed')
})

test('T-03 K-37 a dishonour that is accepted lets the entry stand: the posting of the return is reversed', async () => {
  const { id } = await dishonoured('R61')
  expect((await ask(id, 'dishonour-acceptances', {})).status).toBe(201)
  expect(await transfer(id)).toMatchObject({
    state: 'return_dishonoured',
    return: { accepted_at: START.toISOString() },
  })
  const [settled, sentBack, stands] = await postings(id)
  expect(stands?.reverses).toBe(sentBack?.id)
  expect(stands?.lines).toEqual(expect.arrayContaining(settled?.lines ?? []))
  expect(problemOf(await ask(id, 'dishonour-acceptances', {})).code).toBe('dishonour_not_contestable')
  const sentBackAgain = problemOf(await ask(id, 'returns', { case: 'send_back', reason: 'R01' }))
  expect(sentBackAgain.code).toBe('transfer_not_returnable')
})

test('T-11 K-37 the dishonour of a return that nobody here sent is an item of its own', async () => {
  const id = await arrives({ return: { code: 'R68', original_trace: '999999990000077' } })
  expect(await transfer(id)).toMatchObject({
    direction: 'incoming',
    state: 'dishonour_received',
    return: { original_known: false, dishonour: { code: 'R68' } },
  })
  expect((await ask(id, 'contests', { code: 'R71' })).status).toBe(201)
})

test('T-03 K-37 a payment is sent again with what was corrected, as a retry; its return is booked with it', async () => {
  const before = await returned('R03')
  const refused = problemOf(await ask(before.id, 'resubmissions', {}))
  expect(refused).toMatchObject({ status: 422, code: 'correction_required' })
  const same = { corrections: { account: before.receiver.account } }
  expect(problemOf(await ask(before.id, 'resubmissions', same)).code).toBe('correction_required')

  const body = { corrections: { account: '5550001234', account_type: 'savings' } }
  const answered = await ask(before.id, 'resubmissions', body)
  expect(answered.status).toBe(201)
  const { sent_again_as } = z.object({ sent_again_as: z.string() }).parse(answered.body)
  expect(await transfer(before.id)).toMatchObject({ state: 'returned', sent_again_as })
  expect(Object.values(await sums(before.id))).toEqual([0, 0])
  expect(await transfer(sent_again_as)).toMatchObject({
    ...{ state: 'created', direction: 'outgoing', side: before.side, amount: before.amount },
    originator: before.originator,
    receiver: { party_id: before.receiver.party_id, account: '5550001234', account_type: 'savings' },
    effective_date: '2026-03-03',
    resubmission: {
      ...{ of: before.id, attempt: 1, first_settled_at: before.settled_at },
      ...{ corrected: ['account', 'account_type'], entry_description: 'RETRY PYMT' },
    },
  })
  expect(problemOf(await ask(before.id, 'resubmissions', body)).code).toBe('transfer_not_resendable')
})

test('T-03 K-37 what came back for want of funds is sent again twice at most', async () => {
  const first = await returned('R01', 'debit')
  let id = first.id
  for (const attempt of [1, 2]) {
    const answered = await ask(id, 'resubmissions', {})
    expect(answered.status).toBe(201)
    id = z.object({ sent_again_as: z.string() }).parse(answered.body).sent_again_as
    const again = await transfer(id)
    expect(again.resubmission).toMatchObject({ attempt, first_settled_at: first.settled_at, corrected: [] })
    await arrives({
      ...{ side: again.side, amount: again.amount },
      return: { code: 'R01', original_trace: again.trace_number ?? '' },
    })
  }
  expect(problemOf(await ask(id, 'resubmissions', {}))).toMatchObject({
    status: 422,
    code: 'resubmissions_exhausted',
  })
})

test('T-03 K-37 a payment is sent again within 180 days of the first settlement, never when it was not authorised', async () => {
  const unauthorised = await returned('R10', 'debit')
  expect(problemOf(await ask(unauthorised.id, 'resubmissions', {})).code).toBe('transfer_not_resendable')
  const stopped = await returned('R08', 'debit')
  expect(problemOf(await ask(stopped.id, 'resubmissions', {})).code).toBe('authorisation_required')
  const last = new Date(Date.parse(stopped.settled_at ?? '') + 180 * 86_400_000)
  now = new Date(last.getTime() + 1)
  const late = problemOf(await ask(stopped.id, 'resubmissions', { authorised_again: true }))
  expect(late.code).toBe('return_window_closed')
  now = last
  expect((await ask(stopped.id, 'resubmissions', { authorised_again: true })).status).toBe(201)
})

async function changed(code: string, corrected_data: string): Promise<Transfer> {
  const [original] = originals.splice(0, 1)
  if (!original) throw new Error('the world has no payment left to correct')
  await arrives({
    ...{ side: original.side, amount: { amount: '0.00', currency: 'USD' } },
    change: { code, original_trace: original.trace_number ?? '', corrected_data },
  })
  return transfer(original.id)
}

test('T-03 K-37 an answered notification of change corrects the account for later payments, and the originator is told', async () => {
  const before = await changed('C01', '9988776655')
  expect(before.change).toMatchObject({
    tell_by: '2026-03-04T23:00:00.000Z',
    refuse_by: '2026-03-17T22:00:00.000Z',
  })
  expect((await ask(before.id, 'change-answers', { answer: 'correct' })).status).toBe(201)
  const after = await transfer(before.id)
  expect(after.change?.answer).toEqual({
    ...{ answer: 'corrected', at: START.toISOString(), corrected: ['account'] },
    originator_told_at: START.toISOString(),
  })
  expect(after.on_file).toEqual({ account: '9988776655', version: 1 })
  expect(after.receiver.account).toBe(before.receiver.account)
  expect(problemOf(await ask(before.id, 'change-answers', { answer: 'correct' })).code).toBe(
    'no_change_to_answer',
  )
  // What is on file is what a payment is sent again to.
  await arrives({
    ...{ side: before.side, amount: before.amount },
    return: { code: 'R03', original_trace: before.trace_number ?? '' },
  })
  // But only as it was when that was decided.
  for (const on_file_version of [0, 2]) {
    const moved = problemOf(await ask(before.id, 'resubmissions', { on_file_version }))
    expect(moved).toMatchObject({ status: 409, code: 'account_changed' })
  }
  expect((await transfer(before.id)).sent_again_as).toBeUndefined()
  const again = await ask(before.id, 'resubmissions', { on_file_version: 1 })
  const { sent_again_as } = z.object({ sent_again_as: z.string() }).parse(again.body)
  expect(await transfer(sent_again_as)).toMatchObject({
    receiver: { account: '9988776655' },
    resubmission: { corrected: ['account'] },
  })
})

test.each([
  ['C02', '091000019', { routing_number: '091000019' }],
  ['C03', '091000019   4455667788', { routing_number: '091000019', account: '4455667788' }],
  ['C04', 'MORTIMER PENHALIGON', { name: 'MORTIMER PENHALIGON' }],
  ['C05', '37', { account_type: 'savings' }],
  ['C06', '4455667788          22', { account: '4455667788', account_type: 'checking' }],
  [
    'C07',
    '0910000194455667788       32',
    { routing_number: '091000019', account: '4455667788', account_type: 'savings' },
  ],
  ['C09', 'EMP-7781', { individual_id: 'EMP-7781' }],
])('T-03 K-37 the corrected data of %s are read by their places', async (code, corrected, onFile) => {
  const { id } = await changed(code, corrected)
  expect((await ask(id, 'change-answers', { answer: 'correct' })).status).toBe(201)
  expect((await transfer(id)).on_file).toMatchObject(onFile)
})

test('T-03 K-37 corrected data that cannot be read correct nothing and are refused, within fifteen days', async () => {
  const { id } = await changed('C02', '123456789')
  expect(problemOf(await ask(id, 'change-answers', { answer: 'correct' }))).toMatchObject({
    status: 422,
    code: 'correction_unreadable',
  })
  expect(problemOf(await ask(id, 'change-answers', { answer: 'refuse', code: 'C01' }))).toMatchObject({
    status: 400,
    errors: [{ field: 'code' }],
  })
  now = new Date('2026-03-17T22:00:00.001Z')
  const late = problemOf(await ask(id, 'change-answers', { answer: 'refuse', code: 'C65' }))
  expect(late.code).toBe('return_window_closed')
  now = new Date('2026-03-17T22:00:00Z')
  expect((await ask(id, 'change-answers', { answer: 'refuse', code: 'C65' })).status).toBe(201)
  expect((await transfer(id)).change?.answer).toMatchObject({ answer: 'refused', code: 'C65' })
  const noted = await changed('C13', 'ADDENDA')
  now = START
  await ask(noted.id, 'change-answers', { answer: 'correct' })
  expect((await transfer(noted.id)).change?.answer).toMatchObject({
    answer: 'noted',
    originator_told_at: START.toISOString(),
  })
})

test('T-03 T-04 K-37 while a party is frozen nothing of it is sent again, dishonoured or accepted', async () => {
  const { id, receiver } = await returned('R01', 'debit')
  const party = `/compliance/parties/${receiver.party_id}`
  const frozen = await sandbox.request('POST', `${party}/freeze`, {
    body: { reason: 'fraud_suspected' },
    key: 'freeze-answered',
  })
  expect(frozen.status).toBe(200)
  for (const [what, body] of [
    ['resubmissions', {}],
    ['dishonours', { code: 'R61' }],
  ] as const) {
    expect(problemOf(await ask(id, what, body))).toMatchObject({ status: 409, code: 'party_frozen' })
  }
  expect((await transfer(id)).state).toBe('return_received')
})
