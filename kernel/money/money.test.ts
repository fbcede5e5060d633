import fc from 'fast-check'
import { expect, test } from 'vitest'
import { currencyCodes, minorDigits } from './currency.ts'
import { decimalText, moneyFromWire, moneyText, moneyToWire, wireMoney } from './money.ts'

test('minor digits are those of ISO 4217', () => {
  expect([
    minorDigits('USD'),
    minorDigits('JPY'),
    minorDigits('KWD'),
    minorDigits('CLF'),
    minorDigits('AFN'),
  ]).toEqual([2, 0, 3, 4, 2])
  expect(minorDigits('DEM')).toBeUndefined()
})

test('money survives the wire in every currency', () => {
  fc.assert(
    fc.property(
      fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n }),
      fc.constantFrom(...currencyCodes()),
      (minor, currency) => {
        const wire = moneyToWire({ minor, currency })
        expect(wireMoney.parse(wire)).toEqual(wire)
        expect(moneyFromWire(wire)).toEqual({ minor, currency })
      },
    ),
  )
})

test.each([
  ['1204.5', 'USD', 'amount'],
  ['1204.500', 'USD', 'amount'],
  ['1.0', 'JPY', 'amount'],
  ['01.00', 'USD', 'amount'],
  ['1e3', 'USD', 'amount'],
  ['', 'USD', 'amount'],
  ['1.00', 'XXY', 'currency'],
])('%s %s is refused at %s', (amount, currency, field) => {
  const result = wireMoney.safeParse({ amount, currency })
  expect(result.success).toBe(false)
  expect(result.error?.issues[0]?.path).toEqual([field])
})

test('a small negative amount keeps its zero', () => {
  expect(decimalText({ minor: -5n, currency: 'USD' })).toBe('-0.05')
  expect(moneyText({ amount: '-1204567.50', currency: 'USD' })).toBe('-1\u202f204\u202f567.50 USD')
})
