import { expect, test } from 'vitest'
import { actionWords } from './action-words.ts'

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
  expect(actionWords({ action: 'transfers.return_transfer', kind: 'action' }, declared)).toBe(
    'Send the transfer back',
  )
  expect(actionWords({ action: 'transfers.return_transfer', kind: 'action' }, [])).toBe('Return transfer')
  expect(actionWords({ action: null, kind: 'sign_in_failed' }, [])).toBe('Sign in failed')
})
