import { inEnglish } from '@countersign/testkit/in-english.ts'
import { expect, test } from 'vitest'
import { acceptDishonour } from './accept-dishonour.ts'
import { answerChange } from './answer-change.ts'
import { contestDishonour } from './contest-dishonour.ts'
import { dishonourReturn } from './dishonour-return.ts'
import { refuseChange } from './refuse-change.ts'
import { returnTransfer } from './return-transfer.ts'
import { sendAgain } from './send-again.ts'
import { transferSchema } from './transfer.ts'
import { transfer } from './transfer-entity.ts'

const party = { party_id: 'pty_1', name: 'LARKSPUR FREIGHT', account: '1234567890', kind: 'company' }
const facts = {
  ...{ id: 'tr_1', version: 4, rail: 'ach', side: 'debit', reference: 'R1' },
  amount: { amount: '12.00', currency: 'USD' },
  originator: party,
  receiver: { ...party, party_id: 'pty_2', kind: 'person', name: 'DEXTER THACKERY' },
  created_at: '2026-03-02T09:00:00Z',
  effective_date: '2026-03-02',
  settled_at: '2026-03-02T13:30:00Z',
}
const returned = (more: object = {}) =>
  transferSchema.parse({
    ...facts,
    ...{ direction: 'outgoing', state: 'return_received' },
    return: {
      ...{ case: 'book', code: 'R03', received_at: '2026-03-04T15:00:00Z', original_known: true },
      ...{ due_by: '2026-03-04T13:30:00Z', dishonour_by: '2026-03-11T22:00:00Z', ...more },
    },
  })
const dishonoured = (code: string, at: string) =>
  transferSchema.parse({
    ...facts,
    ...{ direction: 'incoming', state: 'dishonour_received' },
    return: {
      ...{ case: 'send_back', code: 'R01', received_at: '2026-03-03T15:00:00Z', original_known: true },
      dishonour: { code, at, due_by: '2026-03-10T22:00:00Z', contest_by: '2026-03-12T22:00:00Z' },
    },
  })
const change = (code: string, corrected_data: string) =>
  transferSchema.parse({
    ...{ ...facts, direction: 'outgoing', state: 'settled' },
    change: {
      ...{ code, corrected_data, received_at: '2026-03-04T15:00:00Z' },
      ...{ tell_by: '2026-03-06T23:00:00Z', refuse_by: '2026-03-19T22:00:00Z' },
    },
  })

type Action = typeof sendAgain
const decided = (action: Action, record: unknown, now: string, input: object = {}, code?: string) => {
  const actor = { id: 'ops', roles: [] }
  const decision = action.decide(record, input, {
    ...{ now: new Date(now), reason: code === undefined ? undefined : { code }, actor },
  })
  return decision.decision === 'accept' ? 'accepted' : decision.code
}
const UNASKED = { reason: undefined, actor: { id: 'ops', roles: [] } }
const codes = (action: Action, record: unknown) => action.reasonsFor(record).map(({ code }) => code)

test('T-03 a return is dishonoured until the end of the fifth banking day, and not a moment after', () => {
  expect(decided(dishonourReturn, returned(), '2026-03-11T22:00:00.000Z')).toBe('accepted')
  expect(decided(dishonourReturn, returned(), '2026-03-11T22:00:00.001Z')).toBe('dishonour_window_closed')
})

test('T-03 a return is dishonoured whether it was booked or not, once, and not when the payment was sent again', () => {
  const at = '2026-03-05T09:00:00Z'
  expect(decided(dishonourReturn, { ...returned(), state: 'returned' }, at)).toBe('accepted')
  expect(decided(dishonourReturn, { ...returned(), state: 'returned', sent_again_as: 'tr_2' }, at)).toBe(
    'sent_again',
  )
  const before = { dishonour: { code: 'R61', at } }
  expect(decided(dishonourReturn, returned(before), at)).toBe('dishonoured')
  expect(decided(dishonourReturn, returned({ ...before, contest: { code: 'R71', at } }), at)).toBe(
    'contested',
  )
  expect(decided(dishonourReturn, { ...returned(), frozen_parties: ['pty_2'] }, at)).toBe('party_frozen')
  expect(decided(dishonourReturn, returned(), at, {}, 'R69')).toBe('invalid_request')
  expect(decided(dishonourReturn, returned(), at, { incorrect_field: 'amount' }, 'R69')).toBe('accepted')
})

test('T-03 only what the history of a return bears out is a reason to dishonour it', () => {
  expect(codes(dishonourReturn, returned())).toEqual(['R61', 'R62', 'R68', 'R69'])
  expect(codes(dishonourReturn, returned({ due_by: '2026-03-04T15:00:00Z' }))).toEqual(['R61', 'R62', 'R69'])
  expect(codes(dishonourReturn, returned({ code: 'R31' }))).toContain('R70')
  expect(codes(dishonourReturn, returned({ original_transfer_id: 'tr_0' }))).toContain('R67')
  expect(codes(dishonourReturn, { ...returned(), side: 'credit' })).not.toContain('R62')
})

test('T-03 a dishonour is contested until the end of the second banking day, with what answers it', () => {
  const of = (code: string) => dishonoured(code, '2026-03-10T15:00:00Z')
  expect(decided(contestDishonour, of('R68'), '2026-03-12T22:00:00.000Z')).toBe('accepted')
  expect(decided(contestDishonour, of('R68'), '2026-03-12T22:00:00.001Z')).toBe('contest_window_closed')
  expect(codes(contestDishonour, of('R61'))).toEqual(['R71'])
  expect(codes(contestDishonour, of('R62'))).toEqual(['R71', 'R77'])
  expect(codes(contestDishonour, of('R67'))).toEqual(['R71', 'R75'])
  expect(codes(contestDishonour, of('R68'))).toEqual(['R71', 'R73'])
  expect(codes(contestDishonour, of('R69'))).toEqual(['R71', 'R74', 'R76'])
  expect(codes(contestDishonour, dishonoured('R61', '2026-03-10T22:00:00.001Z'))).toEqual(['R71', 'R72'])
})

test('T-03 a payment is sent again within 180 days of the first settlement, and at most twice', () => {
  const again = { account: '99887766' }
  expect(decided(sendAgain, returned(), '2026-08-29T13:30:00.000Z', again)).toBe('accepted')
  expect(decided(sendAgain, returned(), '2026-08-29T13:30:00.001Z', again)).toBe('window_closed')
  const attempt = (n: number, first = '2026-03-02T13:30:00Z') => ({
    ...returned({ code: 'R01' }),
    resubmission: { of: 'tr_0', attempt: n, first_settled_at: first, corrected: [] },
  })
  expect(decided(sendAgain, attempt(1), '2026-03-05T09:00:00Z')).toBe('accepted')
  expect(decided(sendAgain, attempt(2), '2026-03-05T09:00:00Z')).toBe('resubmissions_exhausted')
  // The days count from the first payment, not from the one that came back last.
  expect(decided(sendAgain, attempt(1, '2025-09-01T13:30:00Z'), '2026-03-05T09:00:00Z')).toBe('window_closed')
})

test.each(['R05', 'R07', 'R10', 'R11', 'R29', 'R37', 'R51', 'R53', 'R14', 'R16', 'R23', 'R24'])(
  'T-03 what came back for %s is not sent again, whatever is corrected',
  (code) => {
    expect(decided(sendAgain, returned({ code }), '2026-03-05T09:00:00Z', { account: '99887766' })).toBe(
      'not_sent_again',
    )
  },
)

test('T-03 what a bank corrected is what a payment is sent again with, without typing it once more', () => {
  const record = { ...returned(), on_file: { account: '99887766' } }
  expect(decided(sendAgain, record, '2026-03-05T09:00:00Z')).toBe('accepted')
  const preview = inEnglish(
    sendAgain.preview(record, {}, { reason: undefined, actor: { id: 'ops', roles: [] } }),
  )
  expect(preview.changes).toContainEqual({
    ...{ label: 'Receiver’s account', before: '••••7890', after: '••••66' },
  })
})

test('T-03 T-04 K-17 what may not be sent again is refused here, before CTS is asked', () => {
  const at = '2026-03-05T09:00:00Z'
  const again = { account: '99887766' }
  expect(decided(sendAgain, returned(), at, again)).toBe('accepted')
  for (const [record, code] of [
    [{ ...returned(), state: 'return_dishonoured' }, 'return_dishonoured'],
    [{ ...returned(), sent_again_as: 'tr_2' }, 'sent_again'],
    [{ ...returned(), settled_at: undefined }, 'original_unknown'],
    [{ ...returned(), direction: 'incoming' }, 'not_returned'],
    [{ ...returned(), frozen_parties: ['pty_1'] }, 'party_frozen'],
    [{ ...returned(), frozen_parties: ['pty_2'] }, 'party_frozen'],
  ] as const) {
    expect(decided(sendAgain, record, at, again), code).toBe(code)
  }
  const sepa = (code: string) => ({ ...returned({ code }), rail: 'sepa_ct' })
  const savings = { account: 'DE02120300000000202051', account_type: 'savings' }
  const asked = sendAgain.decide(sepa('AC01'), savings, { now: new Date(at), ...UNASKED })
  expect(asked).toMatchObject({ decision: 'refuse', fields: [{ field: 'input.account_type' }] })
  expect(decided(sendAgain, sepa('AC01'), at, { account: savings.account })).toBe('accepted')
})

test('T-03 K-35 account data that were erased before they were sent go nowhere', async () => {
  const asked: string[] = []
  const deliver = (input: Record<string, string>) =>
    sendAgain.deliver({ id: 'tr_1', gives: Object.keys(input), authorised_again: false }, {
      ...{ key: 'k', targetVersion: '4', signal: new AbortController().signal },
      input: async () => input,
      upstreams: { cts: { sendAgain: async () => asked.push('asked') && { outcome: 'done', detail: {} } } },
    } as unknown as Parameters<typeof sendAgain.deliver>[1])
  expect(await deliver({ account: '••••1234' })).toMatchObject({ outcome: 'refused', code: 'input_erased' })
  expect(await deliver({ name: 'Z. Q••••' })).toMatchObject({ outcome: 'refused', code: 'input_erased' })
  expect(asked).toEqual([])
  expect(await deliver({ account: '770099881234' })).toMatchObject({ outcome: 'done' })
})

test('T-03 T-04 a dishonour is accepted once, while none of its parties is frozen', () => {
  const at = '2026-03-10T16:00:00Z'
  const waits = dishonoured('R68', '2026-03-10T15:00:00Z')
  expect(decided(acceptDishonour, waits, at)).toBe('accepted')
  expect(decided(acceptDishonour, { ...waits, frozen_parties: ['pty_2'] }, at)).toBe('party_frozen')
  const frozen = acceptDishonour.decide(
    { ...waits, frozen_parties: ['pty_1'] },
    {},
    { now: new Date(at), ...UNASKED },
  )
  expect(inEnglish(frozen)).toMatchObject({
    message: 'LARKSPUR FREIGHT is frozen: no money of it moves until that ends.',
  })
  expect(decided(acceptDishonour, { ...waits, state: 'returned' }, at)).not.toBe('accepted')
})

test('T-03 a notification of change is refused within fifteen days, and answered after them too', () => {
  const of = change('C01', '99887766')
  expect(decided(refuseChange, of, '2026-03-19T22:00:00.000Z')).toBe('accepted')
  expect(decided(refuseChange, of, '2026-03-19T22:00:00.001Z')).toBe('refusal_window_closed')
  expect(decided(answerChange, of, '2026-06-01T09:00:00Z')).toBe('accepted')
  expect(decided(answerChange, change('C05', '99'), '2026-03-05T09:00:00Z')).toBe('correction_unreadable')
  expect(decided(answerChange, change('C13', ''), '2026-03-05T09:00:00Z')).toBe('accepted')
})

test('T-03 a dishonour or a contest is no reason to return a transfer, unless the bank itself gave it', () => {
  expect(codes(returnTransfer, returned())).not.toContain('R61')
  expect(codes(returnTransfer, returned())).not.toContain('R73')
  expect(codes(returnTransfer, returned({ code: 'R73' }))).toContain('R73')
})

test('T-02 the record of each item says what can be done, and until when', () => {
  const steps = (record: unknown) =>
    inEnglish(transfer.present(transferSchema.parse(record)).banners)
      ?.map(({ text }: { text: string }) => text)
      .join(' ')
  expect(steps(returned())).toMatch(/send the payment again\. Deadline for dishonouring the return: .*2026/)
  // What can never be sent again is not said to be.
  expect(steps(returned({ code: 'R10' }))).not.toContain('again')
  expect(steps(returned({ dishonour_by: undefined }))).toBe(
    'The bank returned it: book the return, or send the payment again.',
  )
  expect(steps({ ...returned(), frozen_parties: ['pty_2'] })).not.toContain('dishonour')
  expect(
    steps(
      returned({
        dishonour: { code: 'R61', at: '2026-03-05T09:00:00Z' },
        contest: { code: 'R71', at: '2026-03-06T09:00:00Z' },
      }),
    ),
  ).toContain('the return stands and is to be booked')
  expect(steps(dishonoured('R61', '2026-03-10T15:00:00Z'))).toMatch(/Deadline for contesting it: .*2026/)
  expect(steps(change('C01', '99887766'))).toMatch(
    /Deadline for telling the originator: .*2026.*Deadline for refusing it: .*2026/,
  )
})

test('T-02 a way that is over is said to be, and no longer among what can be done', () => {
  const steps = (record: object, at: string) => {
    const relatedWork = { emergencies: [], items: [], more: [], at: new Date(at) }
    return inEnglish(transfer.present({ ...transferSchema.parse(record), relatedWork }).banners)
      ?.map(({ text }: { text: string }) => text)
      .join(' ')
  }
  expect(steps(returned(), '2026-03-11T22:00:00.000Z')).toContain('Deadline for dishonouring the return')
  expect(steps(returned(), '2026-03-11T22:00:00.001Z')).toMatch(/It could be dishonoured until .*2026/)
  const dishonour = dishonoured('R61', '2026-03-10T15:00:00Z')
  expect(steps(dishonour, '2026-03-12T22:00:00.000Z')).toContain('contest that, or accept it')
  const uncontested = steps(dishonour, '2026-03-12T22:00:00.001Z')
  expect(uncontested).toMatch(/sent back: accept that\. It could be contested until .*2026/)
  const notice = change('C01', '99887766')
  expect(steps(notice, '2026-03-06T23:00:00.001Z')).toMatch(
    /or refuse the notification\. The originator was to be told by .*2026.*Deadline for refusing it/,
  )
  const unrefused = steps(notice, '2026-03-19T22:00:00.001Z')
  expect(unrefused).toMatch(/tell the originator\. .*It could be refused until .*2026/)
  expect(unrefused).not.toContain('or refuse')
})

test('T-03 of a debit the words say who pays whom: the money comes from its receiver', () => {
  const corrected = { account: '99887766', name: 'DEXTER B THACKERY' }
  const words = (side: string) => {
    const record = transferSchema.parse({ ...returned(), side })
    const shown = inEnglish(sendAgain.preview(record, corrected, UNASKED))
    return [shown.summary, ...shown.effects, ...(shown.warnings ?? [])].join(' ')
  }
  const debit = words('debit')
  expect(debit).toContain('LARKSPUR FREIGHT draws it from D. T••••')
  expect(debit).toContain('It is drawn from another account')
  expect(debit).toContain("the money comes from the receiver's account")
  expect(debit).not.toMatch(/goes to another account|from LARKSPUR FREIGHT to/)
  expect(words('credit')).toContain('It goes to another account')
})

test('T-03 X-03 heading and sentence say the same way round from whom the money goes to whom', () => {
  const ways = [
    [returnTransfer, returned()],
    [dishonourReturn, returned()],
    [contestDishonour, dishonoured('R61', '2026-03-10T15:00:00Z')],
    [acceptDishonour, dishonoured('R61', '2026-03-10T15:00:00Z')],
  ] as const
  for (const [action, record] of ways) {
    const of = (side: 'debit' | 'credit') => {
      const about = { ...record, side }
      const { title } = inEnglish(transfer.present(about))
      return [title, inEnglish(action.preview(about, {}, UNASKED)).summary]
    }
    const [fromReceiver, fromOriginator] = [
      ['D. T•••• → LARKSPUR FREIGHT', 'from D. T•••• to LARKSPUR FREIGHT'],
      ['LARKSPUR FREIGHT → D. T••••', 'from LARKSPUR FREIGHT to D. T••••'],
    ]
    expect(of('debit')).toEqual(fromReceiver?.map((said) => expect.stringContaining(said)))
    expect(of('credit')).toEqual(fromOriginator?.map((said) => expect.stringContaining(said)))
  }
})

test('T-03 of several fields that are wrong each is named', () => {
  const wrong = { routing_number: '123456789', name: 'DÉXTER THACKERY', account: '9'.repeat(30) }
  const decision = sendAgain.decide(returned(), wrong, { now: new Date('2026-03-05T15:00:00Z'), ...UNASKED })
  expect('fields' in decision && decision.fields?.map(({ field }) => field)).toEqual([
    'input.account',
    'input.name',
    'input.routing_number',
  ])
})
