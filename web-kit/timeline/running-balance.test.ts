import type { PostingLine } from '@countersign/sdk/wire/entities.ts'
import { describe, expect, test } from 'vitest'
import { runningBalances } from './running-balance.ts'

const line = (side: 'debit' | 'credit', amount: string, currency = 'USD'): PostingLine => ({
  account: '1000',
  side,
  amount: { amount, currency },
})

describe('T-01 the postings visibly sum to zero', () => {
  test('T-01 after each posting the sum of all so far is shown', () => {
    const balances = runningBalances([
      { postings: [line('debit', '1204.50'), line('credit', '1204.50')] },
      {},
      { postings: [line('debit', '4.50')] },
    ])
    expect(balances).toEqual([
      [{ currency: 'USD', amount: '0.00', zero: true }],
      [],
      [{ currency: 'USD', amount: '4.50', zero: false }],
    ])
  })

  test('T-01 a difference of one minor unit is seen', () => {
    const [sum] = runningBalances([
      { postings: [line('debit', '90071992547409931.01'), line('credit', '90071992547409931.00')] },
    ])
    expect(sum).toEqual([{ currency: 'USD', amount: '0.01', zero: false }])
  })

  test('T-01 currencies are not added to one another', () => {
    const [sum] = runningBalances([{ postings: [line('debit', '5', 'JPY'), line('credit', '5.00', 'USD')] }])
    expect(sum?.map(({ currency, zero }) => [currency, zero])).toEqual([
      ['JPY', false],
      ['USD', false],
    ])
  })
})
