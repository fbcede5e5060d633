import { english } from '@countersign/kernel/languages/make-teller.ts'
import { expect, test } from 'vitest'
import type { Transfer } from './transfer.ts'
import { transfer } from './transfer-entity.ts'

const record = (side: Transfer['side']) =>
  ({
    ...{ side, state: 'settled', rail: 'ach', direction: 'outgoing', frozen_parties: [] },
    amount: { amount: '198.14', currency: 'USD' },
    originator: { party_id: 'pty_1', name: 'Harborline LLC', account: '1111', kind: 'company' },
    receiver: { party_id: 'pty_2', name: 'Dana Ames', account: '2222', kind: 'person' },
  }) as unknown as Transfer

test('X-03 the title of a transfer says who pays whom: of a debit the receiver pays', () => {
  const title = (side: Transfer['side']) => english(transfer.present(record(side)).title)
  expect(title('credit')).toBe('198.14 USD · Harborline LLC → D. A••••')
  expect(title('debit')).toBe('198.14 USD debit · D. A•••• → Harborline LLC')
})
