import { readFileSync } from 'node:fs'
import { minorDigits } from '@countersign/kernel/money/currency.ts'
import { decimalText } from '@countersign/kernel/money/money.ts'
import { publishedData } from '@countersign/testkit/published-data.ts'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseAmount } from './statement-amount.ts'

const data = publishedData('D05_reason_codes')

describe.skipIf(data.absent)('the published ISO 4217 table', () => {
  test('T-12 every currency in use has its minor digits', () => {
    const rows = readFileSync(data.file('codes-all.csv'), 'utf8')
      .split(/\r?\n/)
      .slice(1)
      .flatMap((row) => [...row.matchAll(/,([A-Z]{3}),(\d{1,3})?,([0-9-]?),(.*)$/g)])
    const current = new Map<string, string>()
    for (const [, code = '', , digits = '', withdrawn] of rows) {
      if (withdrawn === '') current.set(code, digits)
    }
    expect(current.size).toBeGreaterThan(170)
    for (const [code, digits] of current) {
      expect([code, minorDigits(code)]).toEqual([code, digits === '-' ? undefined : Number(digits)])
    }
  })
})

describe('amounts', () => {
  test.each([
    ['1204.5', 'USD', 120450n],
    ['1.7', 'EUR', 170n],
    ['234234', 'USD', 23423400n],
    ['1500', 'JPY', 1500n],
    ['1500.00', 'JPY', 1500n],
    ['1.5', 'KWD', 1500n],
    ['0.0001', 'CLF', 1n],
    ['007.00', 'CHF', 700n],
  ])('T-12 %s %s is %d minor units', (text, currency, minor) => {
    expect(parseAmount(text, currency, '.')).toEqual({ ok: true, minor })
  })

  test.each([
    ['1.005', 'USD', 'digits after the point'],
    ['1500.5', 'JPY', 'digits after the point'],
    ['-1', 'USD', 'without sign'],
    ['+1', 'USD', 'without sign'],
    ['1,5', 'USD', 'decimal'],
    ['1e3', 'USD', 'decimal'],
    ['', 'USD', 'decimal'],
    ['.5', 'USD', 'decimal'],
    ['1.2.3', 'USD', 'decimal'],
    ['1234567890123456', 'USD', '15 digits'],
    ['1', 'QQQ', 'ISO 4217'],
    ['1', 'XXX', 'ISO 4217'],
    ['1', 'DEM', 'in force'],
  ])('T-12 %s %s is refused', (text, currency, why) => {
    expect(parseAmount(text, currency, '.')).toEqual({ ok: false, why: expect.stringContaining(why) })
  })

  test('T-12 what is written is read back, in every number of digits', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 10n ** 15n - 1n }),
        fc.constantFrom('JPY', 'USD', 'KWD', 'CLF'),
        (minor, currency) => {
          expect(parseAmount(decimalText({ minor, currency }), currency, '.')).toEqual({ ok: true, minor })
        },
      ),
    )
  })
})
