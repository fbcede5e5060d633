import { expect, test } from 'vitest'
import { amountTyped, isAmount, typedAmount } from './typed-amount.ts'

const line = { amount: '11023.70', currency: 'USD' }

test('T-05 X-08 an amount is typed with the decimal sign of the language, in groups or not', () => {
  expect(typedAmount(line, 'en')).toBe('11023.70')
  expect(typedAmount(line, 'fr')).toBe('11023,70')
  for (const typed of ['11023,70', '11 023,70', '11\u202f023,70', '11.023,70', '11023.70']) {
    expect(amountTyped(typed, 'fr'), typed).toBe('11023.70')
  }
  for (const typed of ['11023.70', '11,023.70', ' 11 023.70 '])
    expect(amountTyped(typed, 'en'), typed).toBe('11023.70')
  expect(amountTyped('', 'fr')).toBe('')
})

test('T-05 an amount has the decimals of the line', () => {
  expect(['1.00', '11023.70'].every((amount) => isAmount(amount, line))).toBe(true)
  expect(['1', '1.5', '1.005', '-1.00', 'ten', ''].some((amount) => isAmount(amount, line))).toBe(false)
  expect(isAmount('12', { amount: '5', currency: 'JPY' })).toBe(true)
  expect(isAmount('12.0', { amount: '5', currency: 'JPY' })).toBe(false)
})
