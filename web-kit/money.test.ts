import { describe, expect, test } from 'vitest'
import { formatMoney, fromMinor, minorUnits } from './money.tsx'

describe('X-03 amounts in the currency’s own minor units', () => {
  test('X-03 the minor digits are those that the server sent', () => {
    expect(formatMoney({ amount: '1204.50', currency: 'USD' }, 'en')).toEqual({
      amount: '1,204.50',
      currency: 'USD',
    })
    expect(formatMoney({ amount: '1204', currency: 'JPY' }, 'en').amount).toBe('1,204')
    expect(formatMoney({ amount: '0.500', currency: 'KWD' }, 'en').amount).toBe('0.500')
  })

  test('X-03 an amount beyond what a float holds keeps every digit', () => {
    expect(formatMoney({ amount: '90071992547409931.01', currency: 'USD' }, 'en').amount).toBe(
      '90,071,992,547,409,931.01',
    )
  })

  test('X-03 a negative amount has a true minus sign', () => {
    expect(formatMoney({ amount: '-1204.50', currency: 'USD' }, 'en').amount).toBe('−1,204.50')
  })

  test('X-03 what is no decimal number is shown as it came', () => {
    expect(formatMoney({ amount: '<b>1</b>', currency: 'USD' }, 'en').amount).toBe('<b>1</b>')
  })

  test('T-01 minor units and back are exact', () => {
    for (const amount of ['0.00', '-0.01', '12.30', '90071992547409931.01']) {
      expect(fromMinor(minorUnits({ amount, currency: 'USD' }), 2)).toBe(amount)
    }
    expect(fromMinor(-5n, 0)).toBe('-5')
  })
})
