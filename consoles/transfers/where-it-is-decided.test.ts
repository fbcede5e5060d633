import { inEnglish } from '@countersign/testkit/in-english.ts'
import { expect, test } from 'vitest'
import { exceptionSchema } from './exception/exception.ts'
import { exception } from './exception/exception-entity.ts'
import { transferSchema } from './transfer/transfer.ts'
import { transfer } from './transfer/transfer-entity.ts'

const amount = { amount: '12.00', currency: 'USD' }
const openException = {
  id: 'exc_1',
  version: 1,
  kind: 'posting',
  amount,
  date: '2026-11-19',
  reference: '',
  account: '12345',
  state: 'open',
  candidates: [],
}
const account = { party_id: 'pty_1', name: 'MELISANDE QUARLES', account: '12345' }
const settled = {
  id: 'tr_1',
  version: 1,
  state: 'settled',
  rail: 'ach',
  direction: 'outgoing',
  side: 'credit',
  amount,
  originator: account,
  receiver: { ...account, party_id: 'pty_2' },
  reference: 'R1',
  created_at: '2026-11-19T09:00:00Z',
  effective_date: '2026-11-19',
  settled_at: '2026-11-20T09:00:00Z',
}

test('T-05 a record with nothing to press says who decides where, and what ends its item, while it is open', () => {
  const info = (where: string) => [{ tone: 'info', text: expect.stringContaining(where) }]
  expect(inEnglish(exception.present(exceptionSchema.parse(openException)).banners)).toEqual(
    info('when a line is assigned to it'),
  )
  expect(
    inEnglish(exception.present(exceptionSchema.parse({ ...openException, state: 'assigned' })).banners),
  ).toEqual([])
  const change = { code: 'C01', received_at: '2026-11-20T09:00:00Z' }
  expect(inEnglish(transfer.present(transferSchema.parse({ ...settled, change })).banners)).toEqual(
    info('refuse the notification'),
  )
  expect(inEnglish(transfer.present(transferSchema.parse(settled)).banners)).toEqual([])
})
