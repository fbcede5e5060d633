import { makeUpstreamHttp } from '@countersign/kernel/connectors/upstream-http.ts'
import { Personal } from '@countersign/kernel/events/ingest-source.ts'
import { expect, test } from 'vitest'
import { transferSchema } from '../transfer/transfer.ts'
import { ctsEvents } from './cts-events.ts'

const AT = '2026-03-02T10:00:00.000Z'
const party = (party_id: string) => ({ party_id, name: 'Somebody', account: '1234567890', kind: 'person' })
const returned = {
  id: 'tr_1',
  version: 3,
  state: 'return_received',
  rail: 'ach',
  direction: 'outgoing',
  side: 'credit',
  amount: { amount: '1.00', currency: 'USD' },
  originator: party('pt_1'),
  receiver: party('pt_2'),
  reference: 'R',
  created_at: AT,
  effective_date: '2026-03-02',
  return_deadlines: { standard: AT, extended: AT },
  return: {
    case: 'book',
    code: 'R15',
    addenda: 'Erika Mustermann died 2026-02-28',
    received_at: AT,
    original_known: true,
  },
}

test("I13 K-30 the bank's free text of a return is sealed before it is kept, and stands nowhere in clear", () => {
  const http = makeUpstreamHttp({ name: 'cts', baseUrl: 'http://127.0.0.1:1', key: 'k' })
  const mapped = ctsEvents(http).map({
    id: 'ev_1',
    type: 'transfer.return_received',
    schema_version: 1,
    sequence: 1,
    occurred_at: AT,
    subject: { kind: 'transfer', id: 'tr_1' },
    subject_version: 3,
    refs: [],
    data: returned,
  })
  const { personal, ...clear } = mapped?.payload ?? {}
  expect(personal).toMatchObject({
    addenda: new Personal('Erika Mustermann died 2026-02-28', 'free_text', { kind: 'transfer', id: 'tr_1' }),
  })
  expect(JSON.stringify(clear)).not.toContain('Mustermann')
  expect(clear).toMatchObject({ record: { return: { code: 'R15', received_at: AT, original_known: true } } })
})

const mappedAs = (type: string, more: object) =>
  ctsEvents(makeUpstreamHttp({ name: 'cts', baseUrl: 'http://127.0.0.1:1', key: 'k' })).map({
    ...{ id: 'ev_1', type, schema_version: 1, sequence: 1, occurred_at: AT, subject_version: 3, refs: [] },
    ...{ subject: { kind: 'transfer', id: 'tr_1' }, data: { ...returned, ...more } },
  })?.payload

const dishonour = { code: 'R61', at: AT, addenda: 'Erika Mustermann says so' }
const contest = { code: 'R71', at: AT, addenda: 'Erika Mustermann insists' }
test.each([
  ['transfer.return_received', { state: 'return_received' }, 'R15'],
  ['transfer.return_dishonoured', { state: 'return_dishonoured', dishonour }, 'R61'],
  ['transfer.return_received', { state: 'return_received', dishonour, contest }, 'R71'],
  ['transfers.returned', { state: 'returned', dishonour, contest }, 'R15'],
  ['transfer.dishonour_received', { state: 'dishonour_received', dishonour }, 'R61'],
  ['transfer.dishonour_contested', { state: 'returned', dishonour, contest }, 'R71'],
] as const)(
  'T-01 T-03 I13 the timeline has the code that came with %s, and what banks write to one another is sealed',
  (type, { state, ...more }, code) => {
    const payload = mappedAs(type, { state, return: { ...returned.return, ...more } })
    expect(payload).toMatchObject({ code })
    expect(payload?.contested).toBe(
      type === 'transfer.return_received' && 'contest' in more ? true : undefined,
    )
    const { personal, ...clear } = payload ?? {}
    expect(JSON.stringify(clear)).not.toContain('Mustermann')
    if ('dishonour' in more) {
      const subject = { kind: 'transfer', id: 'tr_1' }
      expect(personal).toMatchObject({
        dishonour_addenda: new Personal('Erika Mustermann says so', 'free_text', subject),
      })
    }
  },
)

test.each(['soon', '', '2026-02-30T10:00:00.000Z', '2026-03-02', '2026-03-02T10:00:00'])(
  'T-03 a deadline that is no instant ("%s") makes the record unreadable: it would never pass',
  (wrong) => {
    expect(transferSchema.safeParse(returned).success).toBe(true)
    for (const which of ['standard', 'extended']) {
      const parsed = transferSchema.safeParse({
        ...returned,
        return_deadlines: { ...returned.return_deadlines, [which]: wrong },
      })
      expect(parsed.error?.issues[0]?.path).toEqual(['return_deadlines', which])
    }
  },
)
