import fc from 'fast-check'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { PostingSchema } from '../ledger/posting.ts'
import { eventsOf, problemOf, type SandboxForTests, startSandboxForTests } from '../sandbox-for-tests.ts'
import { ExceptionSchema } from './exception.ts'
import { PartnerSchema } from './partner.ts'
import { commit, credit, NOW, postings, statement } from './reconcile-for-tests.ts'
import { StoredLineSchema } from './statement.ts'

let sandbox: SandboxForTests
let serial = 0

beforeAll(async () => {
  sandbox = await startSandboxForTests({ now: () => NOW })
})
afterAll(() => sandbox.drop())

type Told = z.infer<typeof ExceptionSchema>

const usd = (amount: string) => ({ amount, currency: 'USD' })
const minor = ({ amount }: { amount: string }) => BigInt(amount.replace('.', ''))

let fortnights = 0
/** A Wednesday of each test's own, so that nothing of another is near. */
function aDay(): string {
  fortnights += 1
  return new Date(Date.UTC(2024, 0, 10 + 14 * fortnights)).toISOString().slice(0, 10)
}

async function line(amount: string, day: string, reference = 'NOBODY KNOWS'): Promise<Told> {
  const { exceptions } = await commit(sandbox, [statement(day, [credit(amount, reference, { date: day })])])
  const [one] = exceptions
  if (!one) throw new Error('the line found a partner')
  return read(one.id)
}

async function read(id: string): Promise<Told> {
  const { body } = await sandbox.request('GET', `/recon/exceptions/${id}`)
  return ExceptionSchema.parse(body)
}

async function partner(id: string): Promise<z.infer<typeof PartnerSchema>> {
  const { body } = await sandbox.request('GET', `/recon/exceptions/${anException}?partners=${id}`)
  const [found] = z.looseObject({ partners: z.array(PartnerSchema) }).parse(body).partners
  if (!found) throw new Error(`no partner ${id}`)
  return found
}
let anException = ''

const key = () => {
  serial += 1
  return `key-${serial}`
}
const asked = { by: 'amara', reason: 'other' }
const write = (id: string, verb: string, body: object = asked, ifMatch?: string) =>
  sandbox.request('POST', `/recon/exceptions/${id}/${verb}`, {
    body,
    key: key(),
    ...(ifMatch ? { ifMatch } : {}),
  })
const assign = (id: string, ...parts: [string, string][]) =>
  write(id, 'assign', { ...asked, parts: parts.map(([of, amount]) => ({ id: of, amount: usd(amount) })) })

describe('T-05 assigning', () => {
  test('T-05 a line is bound to a transfer whole: both are open no more, and who did it stands there', async () => {
    const day = aDay()
    const [transfer] = await postings(sandbox, day, '71.00')
    const one = await line('71.00', day)
    anException = one.id
    expect(one.candidates).toMatchObject([
      { id: transfer?.id, score: 0.6, partners: [{ id: transfer?.id, open: usd('71.00'), bound: [] }] },
    ])
    const statementState = async () =>
      (await sandbox.request('GET', `/recon/statements/${one.statement_id}`)).body
    expect(await statementState()).toMatchObject({ state: 'open', version: 1 })
    expect((await assign(one.id, [transfer?.id ?? '', '71.00'])).status).toBe(200)
    expect(await statementState()).toMatchObject({ state: 'reconciled', version: 2 })
    expect(await read(one.id)).toMatchObject({
      state: 'assigned',
      version: one.version + 1,
      settled_by: 'amara',
      candidates: [],
      parts: [{ id: transfer?.id, kind: 'transfer', amount: usd('71.00') }],
    })
    expect(await partner(transfer?.id ?? '')).toMatchObject({
      open: usd('0.00'),
      bound: [{ exception_id: one.id, by: 'amara', amount: usd('71.00') }],
    })
    const [told] = (await eventsOf(sandbox, 'recon')).filter(
      ({ subject, type }) => subject.id === one.id && type === 'exception.assigned',
    )
    expect(told?.refs).toContainEqual({ kind: 'transfer', id: transfer?.id })
  })

  test('T-05 one line to several, several lines to one, and what is left over is an exception of its own', async () => {
    const day = aDay()
    const [first, second, whole] = await postings(sandbox, day, '30.00', '12.00', '100.00')
    const one = await line('45.00', day)
    anException = one.id
    expect((await assign(one.id, [first?.id ?? '', '30.00'], [second?.id ?? '', '12.00'])).status).toBe(200)
    const assigned = await read(one.id)
    expect(assigned.parts?.length).toBe(2)
    expect(assigned.residual).toEqual({ id: `${one.id}.r1`, amount: usd('3.00'), state: 'open' })
    const left = await read(`${one.id}.r1`)
    expect(left).toMatchObject({
      state: 'open',
      amount: usd('3.00'),
      residual_of: one.id,
      statement_id: one.statement_id,
      line: one.line,
    })
    const [a, b] = [await line('60.00', day, 'HALF ONE'), await line('40.00', day, 'HALF TWO')]
    await assign(a.id, [whole?.id ?? '', '60.00'])
    expect(await partner(whole?.id ?? '')).toMatchObject({ open: usd('40.00') })
    await assign(b.id, [whole?.id ?? '', '40.00'])
    expect(await partner(whole?.id ?? '')).toMatchObject({
      open: usd('0.00'),
      bound: expect.arrayContaining([
        expect.objectContaining({ exception_id: a.id, amount: usd('60.00') }),
        expect.objectContaining({ exception_id: b.id, amount: usd('40.00') }),
      ]),
    })
  })

  test('T-05 what is taken back is exactly as it was, the residual withdrawn; not while that is dealt with', async () => {
    const day = aDay()
    const [transfer] = await postings(sandbox, day, '20.00')
    const one = await line('20.50', day)
    const before = { ...one, version: 0 }
    await assign(one.id, [transfer?.id ?? '', '20.00'])
    const residual = `${one.id}.r1`
    await write(residual, 'write-off', { ...asked, account: 'bank_charges' })
    expect(problemOf(await write(one.id, 'unassign'))).toMatchObject({
      code: 'residual_not_open',
      detail: expect.stringContaining(residual),
    })
    await write(residual, 'reverse-write-off')
    expect((await write(one.id, 'unassign')).status).toBe(200)
    expect({ ...(await read(one.id)), version: 0 }).toEqual(before)
    const ofStatement = (await eventsOf(sandbox, 'recon')).filter(
      ({ subject }) => subject.id === one.statement_id,
    )
    expect(ofStatement.map(({ type }) => type)).toEqual([
      'statement.imported',
      // The residual was written off, which was taken back.
      'statement.reconciled',
      'statement.reopened',
    ])
    expect((await read(residual)).state).toBe('withdrawn')
    const told = (await eventsOf(sandbox, 'recon')).filter(({ subject }) => subject.id === one.id)
    expect(told.map(({ type }) => type)).toEqual([
      'exception.raised',
      'exception.assigned',
      'exception.unassigned',
    ])
    for (const { refs } of told.slice(1)) expect(refs).toContainEqual({ kind: 'transfer', id: transfer?.id })
    // Assigned again, what is left over is another exception than the one that was withdrawn.
    await assign(one.id, [transfer?.id ?? '', '20.00'])
    expect((await read(one.id)).residual?.id).toBe(`${one.id}.r2`)
  })

  test('T-05 a posting that a statement missed is found by the line that is assigned to it, and missed again without', async () => {
    const day = aDay()
    const [transfer] = await postings(sandbox, day, '33.33')
    await commit(sandbox, [statement(day, [])])
    const missed = `exc_pst_${transfer?.id.slice(3)}.settled`
    expect((await read(missed)).state).toBe('open')
    const one = await line('33.33', day)
    // Whoever looks at the posting is shown the line.
    expect((await read(missed)).candidates).toMatchObject([
      { id: one.id, kind: 'exception', score: 0.6, why: 'Same amount, another reference, same day.' },
    ])
    await assign(one.id, [transfer?.id ?? '', '33.33'])
    expect((await read(missed)).state).toBe('assigned')
    await write(one.id, 'unassign')
    expect((await read(missed)).state).toBe('open')
  })

  test('T-05 a sum of three of one party is proposed, of three parties is not', async () => {
    const day = aDay()
    await postings(sandbox, day, '11.00', '12.00', '13.00')
    const one = await line('36.00', day)
    expect(one.candidates).toMatchObject([
      { score: 0.7, grounds: [{ ground: 'sum_of_one_party', count: 3 }], with: [{}, {}] },
    ])
    expect(one.candidates[0]?.partners?.map(({ open }) => open.amount).toSorted()).toEqual([
      '11.00',
      '12.00',
      '13.00',
    ])
  })

  test('T-05 others are found by id, amount or the beginning of a reference, of the same direction and currency', async () => {
    const day = aDay()
    const [transfer] = await postings(sandbox, day, '919.19')
    const one = await line('5.00', day)
    const found = async (typed: string) => {
      const { body } = await sandbox.request(
        'GET',
        `/recon/exceptions/${one.id}/partners?q=${encodeURIComponent(typed)}`,
      )
      return z
        .object({ partners: z.array(PartnerSchema) })
        .parse(body)
        .partners.map(({ id }) => id)
    }
    expect(await found('919.19')).toEqual([transfer?.id])
    expect(await found(transfer?.id ?? '')).toEqual([transfer?.id])
    expect(await found(`pst_${transfer?.id.slice(3)}.settled`)).toEqual([transfer?.id])
    expect(await found((transfer?.reference ?? '').slice(0, 14))).toContain(transfer?.id)
    expect(await found('919.191')).toEqual([])
    expect(await found('%')).toEqual([])
  })
})

test('T-05 the best candidate is taken where it is good enough, alone, and of the amount; else it says what it lacks', async () => {
  const day = aDay()
  const [named] = await postings(sandbox, day, '61.00')
  const best = (id: string, at_least = 0.8) => write(id, 'assign-best', { ...asked, at_least })
  const mistyped = `${named?.reference.slice(0, -2)}XX`
  const one = await line('61.00', day, mistyped)
  const other = await line('61.00', day, 'UNKNOWN')
  expect(problemOf(await best(other.id)).detail).toBe(
    'Its best candidate has 0.60; at least 0.80 was asked for.',
  )
  expect((await best(one.id)).status).toBe(200)
  expect((await read(one.id)).parts).toMatchObject([{ id: named?.id, amount: usd('61.00') }])
  expect(problemOf(await best(other.id)).detail).toMatch(/^It has no candidate/)
  const later = aDay()
  const twins = await postings(sandbox, later, '17.00', '17.00', '50.00')
  const ambiguous = await line('17.00', later, 'WHICH')
  expect(problemOf(await best(ambiguous.id, 0.5)).detail).toMatch(/as good as one another/)
  const charged = await line('49.50', later, `${twins[2]?.reference.slice(0, -2)}XX`)
  expect(problemOf(await best(charged.id, 0.5)).detail).toMatch(/not of the line's amount/)
})

test('T-05 of many references that begin so, those of the same currency and direction that are nearest in date are found', async () => {
  const day = aDay()
  const far = new Date(Date.parse(day) + 90 * 86_400_000).toISOString().slice(0, 10)
  const one = await line('7.77', day)
  const db = new pg.Client(sandbox.databaseUrl)
  await db.connect()
  // More than are looked at, all of them first in the alphabet; and as many of another currency on the very day.
  for (const [stem, date, currency] of [
    ['far', far, 'USD'],
    ['foreign', day, 'EUR'],
  ]) {
    await db.query(
      `INSERT INTO recon.expected_line (posting_id, transfer_id, ledger_account, currency, side, amount_minor, date, reference,
                                        reference_key, reversal)
       SELECT format('pst_%s%s', $1::text, n), NULL, '1010-' || $3::text, $3, 'credit', 100 + n, $2::date, 'BUSYA' || n, 'BUSYA' || n, false
       FROM generate_series(1, 1200) n`,
      [stem, date, currency],
    )
  }
  await db.query(
    `INSERT INTO recon.expected_line (posting_id, transfer_id, ledger_account, currency, side, amount_minor, date, reference,
                                      reference_key, reversal)
     SELECT 'pst_near' || side, NULL, '1010-USD', 'USD', side, 555, $1, 'BUSY-Z', 'BUSYZ', false
     FROM unnest(ARRAY['credit', 'debit']) AS s (side)`,
    [day],
  )
  await db.end()
  const { body } = await sandbox.request('GET', `/recon/exceptions/${one.id}/partners?q=busy`)
  const { partners } = z.object({ partners: z.array(PartnerSchema) }).parse(body)
  expect(partners[0]?.id).toBe('pst_nearcredit')
  expect(partners).toHaveLength(20)
  expect(new Set(partners.map(({ side, open }) => `${side} ${open.currency}`))).toEqual(
    new Set(['credit USD']),
  )
})

test('T-05 what is left over says of which line, and what was assigned of that by whom; so do the lines of the statement', async () => {
  const day = aDay()
  const [first, second] = await postings(sandbox, day, '30.00', '12.00')
  const one = await line('45.00', day)
  await assign(one.id, [first?.id ?? '', '30.00'])
  await write(`${one.id}.r1`, 'assign', {
    ...{ by: 'bela', reason: 'other' },
    parts: [{ id: second?.id, amount: usd('12.00') }],
  })
  const left = await read(`${one.id}.r1.r1`)
  expect(left).toMatchObject({ amount: usd('3.00'), residual_of: `${one.id}.r1` })
  const assigned = [
    { exception_id: one.id, kind: 'transfer', id: first?.id, amount: usd('30.00'), by: 'amara' },
    { exception_id: `${one.id}.r1`, kind: 'transfer', id: second?.id, amount: usd('12.00'), by: 'bela' },
  ]
  expect(left.origin).toMatchObject({ id: one.id, amount: usd('45.00') })
  expect(left.origin?.assigned).toHaveLength(2)
  for (const part of assigned) expect(left.origin?.assigned).toContainEqual(expect.objectContaining(part))
  expect((await read(one.id)).origin).toBeUndefined()
  const { body } = await sandbox.request('GET', `/recon/statements/${one.statement_id}/lines`)
  const { lines } = z.object({ lines: z.array(StoredLineSchema) }).parse(body)
  expect(lines[0]?.assigned).toHaveLength(2)
  for (const part of assigned) expect(lines[0]?.assigned).toContainEqual(expect.objectContaining(part))
})

describe('T-05 what does not fit', () => {
  test('T-05 refusals name what is wrong, and nothing is bound', async () => {
    const day = aDay()
    const [transfer] = await postings(sandbox, day, '50.00')
    const id = transfer?.id ?? ''
    const one = await line('40.00', day)
    anException = one.id
    const refused = async (...parts: [string, string][]) => {
      const { code, detail } = problemOf(await assign(one.id, ...parts))
      return `${code}: ${detail}`
    }
    expect(await refused([id, '50.00'])).toBe(
      'parts_do_not_fit: The parts come to 50.00 USD, the line is 40.00 USD.',
    )
    expect(await refused([id, '50.01'])).toMatch(/^partner_taken: .* has 50\.00 USD open\.$/)
    expect(await refused([id, '0.00'])).toMatch(/^parts_do_not_fit: Nothing would be assigned/)
    expect(await refused(['tr_nobody', '1.00'])).toMatch(/^partner_unknown/)
    expect(await refused([id, '1.00'], [`pst_${id.slice(3)}.settled`, '1.00'])).toMatch(/a second time/)
    const euros = { ...asked, parts: [{ id, amount: { amount: '1.00', currency: 'EUR' } }] }
    expect(problemOf(await write(one.id, 'assign', euros)).detail).toMatch(/^The line is in USD/)
    const outgoing = await debited()
    expect(problemOf(await assign(one.id, [outgoing, '1.00'])).detail).toBe(
      `The line came in; ${outgoing} went out.`,
    )
    expect(problemOf(await write(one.id, 'unassign')).code).toBe('exception_not_assigned')
    expect(problemOf(await write(one.id, 'reverse-write-off')).code).toBe('exception_not_written_off')
    expect((await write(one.id, 'assign', { ...asked, parts: [] })).status).toBe(400)
    expect((await write(one.id, 'write-off', { ...asked, account: 'mine' })).status).toBe(400)
    const stale = await write(one.id, 'unassign', asked, '"7"')
    expect(stale.status).toBe(412)
    expect(await partner(id)).toMatchObject({ open: usd('50.00'), bound: [] })
    expect(await read(one.id)).toEqual(one)
  })

  test('T-05 of two who assign the same posting at once one wins, and the other is told who and what', async () => {
    const day = aDay()
    const [transfer] = await postings(sandbox, day, '80.00')
    const lines = [await line('80.00', day, 'SAME ONE'), await line('80.00', day, 'SAME TWO')]
    const answers = await Promise.all(
      lines.map(({ id }, n) =>
        write(id, 'assign', {
          ...asked,
          by: `person-${n}`,
          parts: [{ id: transfer?.id, amount: usd('80.00') }],
        }),
      ),
    )
    const won = answers.findIndex(({ status }) => status === 200)
    const lost = answers.find(({ status }) => status !== 200)
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409])
    expect(lost && problemOf(lost)).toMatchObject({
      code: 'partner_taken',
      detail: expect.stringMatching(
        new RegExp(
          `has 0\\.00 USD open: 80\\.00 USD of it was assigned to ${lines[won]?.id} by person-${won} at 2026`,
        ),
      ),
    })
  })
})

test.each([
  [
    'T-05 what a person binds while a statement comes in is not matched by that as well: the same reference',
    '',
  ],
  [
    'T-05 what a person binds while a statement comes in is not matched by that as well: within tolerance',
    'RF ',
  ],
])('%s', async (_title, before) => {
  const day = aDay()
  const [transfer] = await postings(sandbox, day, '90.00')
  const posting = `pst_${transfer?.id.slice(3)}.settled`
  const other = await line('30.00', day)
  const person = new pg.Client(sandbox.databaseUrl)
  const watching = new pg.Client(sandbox.databaseUrl)
  await Promise.all([person.connect(), watching.connect()])
  // As the assignment does it, held just before it is committed.
  await person.query('BEGIN')
  await person.query('SELECT FROM recon.expected_line WHERE posting_id = $1 FOR UPDATE', [posting])
  await person.query(
    `WITH bound AS (
       INSERT INTO recon.binding (exception_id, posting_id, amount_minor, bound_at, bound_by)
       VALUES ($1, $2, 3000, now(), 'amara') RETURNING *)
     UPDATE recon.expected_line e SET bound_minor = 3000 FROM bound WHERE e.posting_id = bound.posting_id`,
    [other.id, posting],
  )
  const shown = credit('90.00', `${before}${transfer?.reference}`, { date: day })
  const importing = commit(sandbox, [statement(day, [shown])])
  await expect
    .poll(
      async () => {
        const { rows } = await watching.query(
          `SELECT count(*)::integer AS waiting FROM pg_stat_activity
           WHERE datname = current_database() AND application_name = 'sandbox' AND wait_event_type = 'Lock'`,
        )
        return rows[0].waiting
      },
      { timeout: 20_000 },
    )
    .toBe(1)
  await person.query('COMMIT')
  const { lines, exceptions } = await importing
  await Promise.all([person.end(), watching.end()])
  expect(lines[0]?.posting_id).toBeUndefined()
  expect(exceptions).toMatchObject([{ state: 'open', amount: usd('90.00') }])
  anException = other.id
  expect(await partner(posting)).toMatchObject({ open: usd('60.00') })
})

/** A transfer whose posting takes money out. */
async function debited(): Promise<string> {
  const { body } = await sandbox.request('GET', '/cts/transfers?state=settled&rail=ach&limit=200')
  const { transfers } = z
    .looseObject({
      transfers: z.array(z.looseObject({ id: z.string(), direction: z.string(), side: z.string() })),
    })
    .parse(body)
  const one = transfers.find(({ direction, side }) => (direction === 'outgoing') === (side === 'credit'))
  if (!one) throw new Error('nothing went out')
  return one.id
}

describe('T-05 writing off', () => {
  test('T-05 what is written off is posted, and reversed when it is taken back', async () => {
    const one = await line('3.07', aDay())
    const { body } = await write(one.id, 'write-off', { ...asked, account: 'unexplained' })
    const { exception } = z.object({ exception: ExceptionSchema }).parse(body)
    expect(exception).toMatchObject({
      state: 'written_off',
      write_off: { account: '5990-USD', account_name: 'Unexplained differences USD' },
    })
    const posted = async (id: string) =>
      PostingSchema.parse((await sandbox.request('GET', `/ledger/postings/${id}`)).body)
    const posting = await posted(exception.write_off?.posting_id ?? '')
    expect(posting).toMatchObject({
      exception_id: one.id,
      lines: [
        { account: '1010-USD', side: 'debit', amount: usd('3.07') },
        { account: '5990-USD', side: 'credit', amount: usd('3.07') },
      ],
    })
    expect(problemOf(await assign(one.id, ['tr_1', '1.00'])).code).toBe('exception_not_open')
    await write(one.id, 'reverse-write-off')
    expect(await posted(`${posting.id}.reversed`)).toMatchObject({
      reverses: posting.id,
      lines: [
        { account: '5990-USD', side: 'debit', amount: usd('3.07') },
        { account: '1010-USD', side: 'credit', amount: usd('3.07') },
      ],
    })
    expect({ ...(await read(one.id)), version: 0 }).toEqual({ ...one, version: 0 })
    // And once more: a posting of its own.
    await write(one.id, 'write-off', { ...asked, account: 'rounding' })
    expect((await read(one.id)).write_off?.account).toBe('5910-USD')
  })
})

test('T-05 whatever people do, parts and what is left over and what is written off are the line, and no posting is bound twice', async () => {
  const day = aDay()
  const amounts = ['40.00', '25.00', '10.00', '5.50']
  const made = await postings(sandbox, day, ...amounts)
  const ids = made.map(({ id }) => id)
  const first = await line('60.25', day, 'PROPERTY ONE')
  const second = await line('19.75', day, 'PROPERTY TWO')
  anException = first.id
  const origins = [first, second]

  const tree = async (id: string): Promise<Told[]> => {
    const one = await read(id)
    return [one, ...(one.residual ? await tree(one.residual.id) : [])]
  }
  const check = async () => {
    const bound = new Map<string, bigint>()
    for (const origin of origins) {
      const whole = await tree(origin.id)
      let sum = 0n
      for (const one of whole) {
        for (const part of one.parts ?? []) {
          sum += minor(part.amount)
          bound.set(part.id, (bound.get(part.id) ?? 0n) + minor(part.amount))
        }
        if (one.state === 'open' || one.state === 'written_off') sum += minor(one.amount)
        expect(one.parts === undefined).toBe(one.state !== 'assigned')
      }
      expect(sum).toBe(minor(origin.amount))
    }
    for (const [index, id] of ids.entries()) {
      const now = await partner(id)
      expect(minor(now.open) + (bound.get(id) ?? 0n)).toBe(minor(usd(amounts[index] ?? '')))
    }
  }
  const step = fc.record({
    origin: fc.nat(1),
    depth: fc.nat(3),
    verb: fc.constantFrom('assign', 'assign', 'unassign', 'write-off', 'reverse-write-off'),
    parts: fc.uniqueArray(fc.record({ of: fc.nat(3), minor: fc.integer({ min: 1, max: 3000 }) }), {
      selector: ({ of }) => of,
      minLength: 1,
      maxLength: 3,
    }),
  })
  const refused: number[] = []
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), async (steps) => {
      for (const { origin, depth, verb, parts } of steps) {
        const whole = await tree(origins[origin]?.id ?? '')
        const on = whole[Math.min(depth, whole.length - 1)]
        if (!on) continue
        const decimal = (value: number) =>
          `${Math.trunc(value / 100)}.${String(value % 100).padStart(2, '0')}`
        const body = {
          ...asked,
          ...(verb === 'assign'
            ? { parts: parts.map(({ of, minor: value }) => ({ id: ids[of], amount: usd(decimal(value)) })) }
            : {}),
          ...(verb === 'write-off' ? { account: 'rounding' } : {}),
        }
        const { status } = await write(on.id, verb, body)
        expect([200, 409, 422]).toContain(status)
        refused.push(status)
      }
      await check()
    }),
    { numRuns: 25 },
  )
  expect(refused.filter((status) => status === 200).length).toBeGreaterThan(10)
}, 120_000)
