import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { deadlineClass, isReturnReason, returnReasons } from './return-reasons.ts'

const DATA = process.env.COUNTERSIGN_DATA ?? join(import.meta.dirname, '../../../../shared/data')
const PUBLISHED = join(DATA, 'D05_reason_codes')

test.skipIf(!existsSync(PUBLISHED))('K-37 every published Nacha return code is known, and no other', () => {
  const published = readFileSync(join(PUBLISHED, 'ach_return_codes.csv'), 'utf8')
    .split('\n')
    .slice(1)
    .flatMap((line) => line.split(',')[0] || [])
  expect(Object.keys(returnReasons('ach')).sort()).toEqual(published.sort())
})

test.skipIf(!existsSync(PUBLISHED))(
  'K-37 every ISO 20022 external return reason is known, and no other',
  () => {
    const published = JSON.parse(
      readFileSync(join(PUBLISHED, 'external_return_reason_code.json'), 'utf8'),
    ) as { codes: Record<string, string> }
    const known = Object.keys(returnReasons('sepa_ct')).sort()
    expect(known).toEqual(Object.keys(published.codes).sort())
    expect(returnReasons('wire')).toEqual(returnReasons('sepa_ct'))
  },
)

test('K-37 a reason belongs to its rail, and a member of every object does to none', () => {
  expect(isReturnReason('ach', 'R01')).toBe(true)
  expect(isReturnReason('ach', 'AC04')).toBe(false)
  expect(isReturnReason('sepa_ct', 'AC04')).toBe(true)
  expect(isReturnReason('sepa_ct', 'R01')).toBe(false)
  expect(isReturnReason('ach', 'constructor')).toBe(false)
})

test('K-37 unauthorised entries have the extended deadline, ordinary ones and R29 the standard one', () => {
  expect(deadlineClass('ach', 'R10')).toBe('extended')
  expect(deadlineClass('ach', 'R01')).toBe('standard')
  // Nacha Operating Rules: a corporate receiver has two banking days.
  expect(deadlineClass('ach', 'R29')).toBe('standard')
  expect(deadlineClass('sepa_ct', 'FR01')).toBe('extended')
})
