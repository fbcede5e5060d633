import { minorUnits } from '@countersign/web-kit/money.tsx'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { allotted, choosePartners, chosenPartners, sumOf } from './chosen-partners.ts'

const eur = (amount: string) => ({ amount, currency: 'EUR' })

test('T-05 each who is chosen gets what is open of theirs, as far as the line goes', () => {
  const chosen = [
    { id: 'a', open: eur('30.00') },
    { id: 'b', open: eur('50.00') },
    { id: 'c', open: eur('1.00') },
  ]
  const shares = allotted(eur('70.00'), chosen)
  expect(shares).toEqual([
    { id: 'a', amount: eur('30.00') },
    { id: 'b', amount: eur('40.00') },
  ])
  expect(sumOf(eur('70.00'), shares)).toEqual({ given: eur('70.00'), left: eur('0.00') })
  expect(sumOf(eur('100.00'), allotted(eur('100.00'), chosen))).toEqual({
    given: eur('81.00'),
    left: eur('19.00'),
  })
  const yen = allotted({ amount: '500', currency: 'JPY' }, [
    { id: 'a', open: { amount: '70', currency: 'JPY' } },
  ])
  expect(yen).toEqual([{ id: 'a', amount: { amount: '70', currency: 'JPY' } }])
})

test('T-05 whatever is chosen, what is given and what is left over are the line, and nobody gets more than they have', () => {
  const amount = fc.bigInt(1n, 9_999_999n).map((minor) => {
    const text = minor.toString().padStart(3, '0')
    return eur(`${text.slice(0, -2)}.${text.slice(-2)}`)
  })
  const several = fc.uniqueArray(fc.record({ id: fc.uuid(), open: amount }), {
    selector: ({ id }) => id,
    maxLength: 6,
  })
  fc.assert(
    fc.property(amount, several, (line, chosen) => {
      const shares = allotted(line, chosen)
      const { given, left } = sumOf(line, shares)
      expect(minorUnits(given) + minorUnits(left)).toBe(minorUnits(line))
      expect(minorUnits(left)).toBeGreaterThanOrEqual(0n)
      for (const { id, amount: gets } of shares) {
        const has = chosen.find((one) => one.id === id)?.open ?? eur('0.00')
        expect(minorUnits(gets)).toBeLessThanOrEqual(minorUnits(has))
        expect(minorUnits(gets)).toBeGreaterThan(0n)
      }
    }),
  )
})

test('T-05 what is chosen is of one line, and forgotten once it is asked for', () => {
  choosePartners('exc_1', [{ id: 'a', open: eur('1.00') }])
  expect(chosenPartners('exc_1')).toHaveLength(1)
  expect(chosenPartners('exc_2')).toEqual([])
  choosePartners('exc_1', [])
  expect(chosenPartners('exc_1')).toEqual([])
})
