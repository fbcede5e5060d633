import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventsOf, type SandboxForTests, startSandboxForTests } from '../sandbox-for-tests.ts'
import { ExceptionSchema } from './exception.ts'
import {
  commit as commitTo,
  credit,
  NOW,
  OURS,
  postings as postTo,
  statement,
} from './reconcile-for-tests.ts'

let sandbox: SandboxForTests

beforeAll(async () => {
  sandbox = await startSandboxForTests({ now: () => NOW })
})
afterAll(() => sandbox.drop())

const postings = (day: string, ...amounts: string[]) => postTo(sandbox, day, ...amounts)
const commit = (statements: Parameters<typeof commitTo>[1], format?: string) =>
  commitTo(sandbox, statements, format)

test('K-37 lines equal in amount, reference and day are matched, and the statement is reconciled', async () => {
  const [first, second] = await postings('2025-01-06', '10.00', '10.00')
  const {
    statement: kept,
    lines,
    exceptions,
  } = await commit([
    statement('2025-01-06', [
      credit('10.00', second?.reference ?? '', { date: '2025-01-06' }),
      credit('10.00', `  ${first?.reference.slice(0, 8)}-${first?.reference.slice(8)} `, {
        date: '2025-01-06',
      }),
    ]),
  ])
  expect(kept).toMatchObject({ state: 'reconciled', lines: 2, account: OURS, from: '2025-01-06' })
  expect(lines.map(({ posting_id, score }) => [posting_id, score])).toEqual([
    [`pst_${second?.id.slice(3)}.settled`, 1],
    [`pst_${first?.id.slice(3)}.settled`, 1],
  ])
  expect(exceptions).toEqual([])
})

test('K-37 a line within tolerance is matched with its score and why', async () => {
  const [transfer] = await postings('2025-01-13', '71.00')
  const { statement: kept, lines } = await commit([
    statement('2025-01-14', [credit('71.00', transfer?.reference ?? '')]),
  ])
  expect(kept.state).toBe('reconciled')
  expect(lines).toMatchObject([{ score: 0.97, why: 'Same amount, same reference, 1 day apart.' }])
})

test('K-37 a line without a reference is matched by what its text says; where it is not, its exception has the text', async () => {
  const [transfer] = await postings('2025-01-28', '81.00')
  const description = `RENT ${transfer?.reference} ROSALES`
  const { lines, exceptions } = await commit([
    statement('2025-01-28', [
      credit('81.00', '', { date: '2025-01-28', description }),
      credit('82.00', '', { date: '2025-01-28', description: 'RENT ROSALES' }),
    ]),
  ])
  expect(lines[0]).toMatchObject({ posting_id: `pst_${transfer?.id.slice(3)}.settled`, score: 0.9 })
  expect(exceptions).toMatchObject([{ reference: '', description: 'RENT ROSALES', candidates: [] }])
})

test('K-37 what is left becomes an exception with its candidates, best first', async () => {
  const [charged, named] = await postings('2025-01-21', '500.00', '495.00')
  const { statement: kept, exceptions } = await commit([
    statement('2025-01-21', [credit('495.00', charged?.reference ?? '', { counterparty: 'ACME' })]),
  ])
  expect(kept.state).toBe('open')
  expect(exceptions).toMatchObject([
    {
      kind: 'statement_line',
      state: 'open',
      side: 'credit',
      amount: { amount: '495.00', currency: 'USD' },
      date: '2025-01-21',
      counterparty: 'ACME',
      account: OURS,
      line: 1,
    },
  ])
  // Trace numbers of one file differ in their last digit.
  expect(exceptions[0]?.candidates).toMatchObject([
    {
      id: named?.id,
      kind: 'transfer',
      score: 0.85,
      why: 'Same amount, reference differs in 1 character, same day.',
    },
    {
      id: charged?.id,
      kind: 'transfer',
      score: 0.8,
      why: 'Amount differs by 5.00 USD, same reference, same day.',
    },
  ])
})

test('K-37 T-05 one line that is the sum of two transfers proposes both as one', async () => {
  const [first, second] = await postings('2025-01-28', '800.10', '404.40')
  const { exceptions, all } = await commit([
    statement('2025-01-28', [credit('1204.50', 'COLLECTIVE', { date: '2025-01-29' })]),
  ])
  expect(exceptions[0]?.candidates).toEqual([
    {
      id: first?.id,
      kind: 'transfer',
      score: 0.8,
      why: `Together with ${second?.id} (404.40 USD) it sums to the line's 1204.50 USD, same party.`,
      grounds: [{ ground: 'sum_of_one_party', count: 2 }],
      with: [{ id: second?.id, kind: 'transfer' }],
    },
  ])
  // Neither of the two is missed a second time.
  expect(all.filter(({ kind, date }) => kind === 'posting' && date === '2025-01-28')).toEqual([])
})

test('K-37 a posting that the statement should have shown is an exception until a later one shows it', async () => {
  const [transfer] = await postings('2025-02-04', '33.33')
  const id = `exc_pst_${transfer?.id.slice(3)}.settled`
  const { all } = await commit([statement('2025-02-04', [])])
  expect(all.find((one) => one.id === id)).toMatchObject({
    kind: 'posting',
    state: 'open',
    amount: { amount: '33.33', currency: 'USD' },
    account: OURS,
  })
  await commit([statement('2025-02-05', [credit('33.33', transfer?.reference ?? '')])])
  const resolved = ExceptionSchema.parse((await sandbox.request('GET', `/recon/exceptions/${id}`)).body)
  expect(resolved).toMatchObject({ state: 'assigned', version: 2 })
  const types = (await eventsOf(sandbox, 'recon')).filter(({ subject }) => subject.id === id)
  expect(types.map(({ type }) => type)).toEqual(['exception.raised', 'exception.resolved'])
})

test('K-37 a statement that does not add up is quarantined, and none of its lines is matched', async () => {
  const [transfer] = await postings('2025-02-11', '5.00')
  const wrong = statement('2025-02-11', [credit('5.00', transfer?.reference ?? '', { date: '2025-02-11' })], {
    closing: { amount: '-1005.01', currency: 'USD' },
  })
  const { statement: kept, lines, exceptions, all, committed } = await commit([wrong])
  expect(committed).toMatchObject({ created: { statements: 1, lines: 1, quarantined: 1 } })
  expect(kept).toMatchObject({
    state: 'quarantined',
    reason: 'Opening plus lines differs from closing by -2010.01 USD.',
    booked: { amount: '5.00', currency: 'USD' },
    closing: { amount: '-1005.01', currency: 'USD' },
  })
  expect(lines).toEqual([
    {
      n: 1,
      side: 'credit',
      amount: wrong.lines[0]?.amount,
      date: '2025-02-11',
      reference: transfer?.reference,
    },
  ])
  expect(exceptions).toEqual([])
  expect(all.some((one) => one.posting_id?.includes(transfer?.id.slice(3) ?? ''))).toBe(false)
  const [event] = (await eventsOf(sandbox, 'recon')).filter(({ subject }) => subject.id === kept.id)
  expect(event).toMatchObject({ type: 'statement.quarantined', data: kept })
})

test('K-37 T-14 a statement that was imported before, in another file, waits for a person and is matched once', async () => {
  const [transfer] = await postings('2025-02-14', '5.50')
  const line = credit('5.50', transfer?.reference ?? '', { date: '2025-02-14' })
  const sent = statement('2025-02-14', [line])
  const first = await commit([sent])
  expect(first.statement.state).toBe('reconciled')
  // The bank sends it again, in a file with one more of another account.
  const again = await commit([{ ...sent, lines: [{ ...line, description: 'sent again' }] }])
  expect(again.statement).toMatchObject({
    state: 'quarantined',
    reason: `The same statement of this account and period was imported before, as ${first.statement.id}.`,
  })
  expect(again.lines[0]?.posting_id).toBeUndefined()
  expect(again.exceptions).toEqual([])
  // The same number of another year is another statement; so is one that came before as a report of the day.
  const nextYear = await commit([{ ...sent, from: '2026-02-14', to: '2026-02-14' }])
  expect(nextYear.statement.state).toBe('open')
  const day = statement('2025-02-15', [])
  expect((await commit([{ ...day, lines: [] }], 'camt.052')).statement.state).toBe('noted')
  expect((await commit([day])).statement.state).toBe('reconciled')
})

test('K-37 a statement without a balance is noted and matched; an intraday report is only shown', async () => {
  const [first, second] = await postings('2025-02-18', '6.00', '7.00')
  const bare = { opening: undefined }
  const noted = await commit([
    statement('2025-02-18', [credit('6.00', first?.reference ?? '', { date: '2025-02-18' })], bare),
  ])
  expect(noted.statement).toMatchObject({ state: 'noted', reason: 'Opening or closing balance is missing.' })
  expect(noted.lines).toMatchObject([{ score: 1 }])
  const intraday = await commit(
    [statement('2025-02-18', [credit('7.00', second?.reference ?? '', { date: '2025-02-18' })])],
    'camt.052.001.08',
  )
  expect(intraday.statement).toMatchObject({ state: 'noted', reason: expect.stringContaining('intraday') })
  expect(intraday.lines[0]?.posting_id).toBeUndefined()
  expect(intraday.exceptions).toEqual([])
})

test('K-37 pending lines are shown: not added up, not matched', async () => {
  const [transfer] = await postings('2025-02-25', '8.00')
  const {
    statement: kept,
    lines,
    exceptions,
  } = await commit([
    statement('2025-02-25', [
      credit('8.00', transfer?.reference ?? '', { date: '2025-02-25' }),
      credit('9.00', 'LATER', { status: 'pending' }),
    ]),
  ])
  expect(kept).toMatchObject({ state: 'reconciled', lines: 2 })
  expect(lines).toHaveLength(2)
  expect(exceptions).toEqual([])
})

test('K-37 parts with the same account and id are one statement; a line is used for one posting only', async () => {
  const [transfer] = await postings('2025-03-04', '12.00')
  const line = credit('12.00', transfer?.reference ?? '', { date: '2025-03-04' })
  const whole = statement('2025-03-04', [line, line])
  const {
    statement: kept,
    lines,
    exceptions,
    committed,
  } = await commit([
    { ...whole, lines: [line] },
    { ...whole, opening: undefined, closing: undefined, lines: [line] },
  ])
  expect(committed).toMatchObject({ created: { statements: 1, lines: 2, quarantined: 0 } })
  expect(kept).toMatchObject({ state: 'open', lines: 2, bank_id: whole.id })
  expect(lines.map(({ posting_id }) => posting_id !== undefined)).toEqual([true, false])
  expect(exceptions).toMatchObject([{ line: 2, candidates: [] }])
})

test('K-37 lines of an account of another bank are compared with the postings of all accounts', async () => {
  const [transfer] = await postings('2025-03-11', '1313.13')
  const foreign = { account: 'CH9300762011623852957' }
  const { statement: kept } = await commit([
    statement('2025-03-11', [credit('1313.13', transfer?.reference ?? '', { date: '2025-03-11' })], foreign),
  ])
  expect(kept).toMatchObject({ state: 'reconciled', account: 'CH9300762011623852957' })
})
