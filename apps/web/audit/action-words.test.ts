import { expect, test } from 'vitest'
import { actionWords } from './action-words.ts'

const t = (id: string) => id

test('X-12 an entry of the log says what was done in words, whoever reads it', () => {
  const declared = [
    {
      type: 'transfers.return_transfer',
      title: 'Send the transfer back',
      console: 'transfers',
      risk: 'high' as const,
      moves_money: true,
      input_schema: {},
      target_kind: 'transfer',
      reasons: [],
      doors: [],
    },
  ]
  expect(actionWords({ action: 'transfers.return_transfer', kind: 'action' }, declared, t)).toBe(
    'Send the transfer back',
  )
  expect(actionWords({ action: 'transfers.return_transfer', kind: 'action' }, [], t)).toBe('Return transfer')
  expect(actionWords({ action: null, kind: 'sign_in_failed' }, [], t)).toBe('audit.kind.signInFailed')
  expect(actionWords({ action: 'kernel.read_record', kind: 'read' }, [], t)).toBe('audit.what.readRecord')
  expect(actionWords({ action: 'transfers:read', kind: 'denial' }, [], t)).toBe('audit.what.read')
  expect(actionWords({ action: 'platform.finance_routes', kind: 'security' }, [], t)).toBe(
    'platform.logged.financeRoutes',
  )
})
