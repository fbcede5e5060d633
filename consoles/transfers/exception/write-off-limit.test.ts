import { expect, test } from 'vitest'
import { WRITE_OFF, writeOffLimit } from './write-off-limit.ts'

const rule = (currency: string, amount: string, more: object = {}) => ({
  action: WRITE_OFF,
  when: { amount_over: { amount, currency }, scope: currency },
  forbid: true,
  required: 0,
  eligible_roles: [],
  expires_in_s: 3600,
  ...more,
})

test('T-05 the limit of a currency is the lowest that the rules set for it, and what is declared where they set none', () => {
  expect(writeOffLimit('EUR', [])).toEqual({ amount: '100.00', currency: 'EUR' })
  expect(writeOffLimit('EUR', [rule('USD', '5.00')])).toEqual({ amount: '100.00', currency: 'EUR' })
  expect(writeOffLimit('EUR', [rule('EUR', '2000.00'), rule('EUR', '70.00')])).toEqual({
    amount: '70.00',
    currency: 'EUR',
  })
  expect(writeOffLimit('SEK', [])).toBeUndefined()
  expect(writeOffLimit('SEK', [rule('SEK', '9.00')])).toEqual({ amount: '9.00', currency: 'SEK' })
})

test('T-05 only what forbids a write-off of that currency is its limit', () => {
  const others = [
    rule('EUR', '1.00', { forbid: false, required: 2 }),
    rule('EUR', '1.00', { action: 'transfers.return_transfer' }),
    rule('EUR', '1.00', { when: { amount_over: { amount: '1.00', currency: 'EUR' }, scope: 'USD' } }),
    rule('EUR', '1.00', { when: undefined }),
  ]
  expect(writeOffLimit('EUR', others)).toEqual({ amount: '100.00', currency: 'EUR' })
})

test('T-05 a rule that forbids more to some, or from so much or so many on, leaves the limit of everybody as it is', () => {
  const over = { amount: '50000.00', currency: 'USD' }
  const further = [
    { requester_role: 'transfers/OPS' },
    { count_over: 20 },
    { sum_over: { limit: over, within_s: 86_400, per: 'requester' as const } },
  ]
  for (const condition of further) {
    const narrow = rule('USD', '50000.00', { when: { amount_over: over, scope: 'USD', ...condition } })
    expect(writeOffLimit('USD', [narrow])).toEqual({ amount: '100.00', currency: 'USD' })
    expect(writeOffLimit('USD', [narrow, rule('USD', '70.00')])).toEqual({ amount: '70.00', currency: 'USD' })
  }
})
