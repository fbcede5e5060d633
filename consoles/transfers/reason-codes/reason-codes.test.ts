import { readFileSync } from 'node:fs'
import { inEnglish } from '@countersign/testkit/in-english.ts'
import { publishedData } from '@countersign/testkit/published-data.ts'
import { describe, expect, test } from 'vitest'
import { ISO_RETURN_REASONS } from './iso20022-return-reasons.ts'
import { NACHA_CHANGE_CODES } from './nacha-change-codes.ts'
import { NACHA_RETURN_CODES } from './nacha-return-codes.ts'
import { changeReason, returnReason, returnReasonsOf } from './reason-codes.ts'

const data = publishedData('D05_reason_codes')
const messages = publishedData('D02_iso20022_dev')

describe.skipIf(data.absent)('the published lists', () => {
  const codesOf = (name: string) =>
    readFileSync(data.file(name), 'utf8')
      .split('\n')
      .flatMap((row) => /^([RC]\d\d),/.exec(row)?.[1] ?? [])

  test('T-03 the Nacha return codes are those of the published list, 71 in all', () => {
    const published = codesOf('ach_return_codes.csv')
    expect(published).toHaveLength(71)
    expect([...NACHA_RETURN_CODES.keys()].sort()).toEqual([...published].sort())
  })

  test('T-11 the Nacha change codes are those of the published list, 20 in all', () => {
    const published = codesOf('ach_change_codes.csv')
    expect(published).toHaveLength(20)
    expect([...NACHA_CHANGE_CODES.keys()].sort()).toEqual([...published].sort())
  })

  test('T-03 the return reasons of credit transfers are the ISO 20022 external list, 104 in all', () => {
    const published = Object.keys(
      JSON.parse(readFileSync(data.file('external_return_reason_code.json'), 'utf8')).codes,
    )
    expect(published).toHaveLength(104)
    expect([...ISO_RETURN_REASONS.keys()].sort()).toEqual(published.sort())
  })

  test.skipIf(messages.absent)('T-12 every return reason met in the published statements has a title', () => {
    for (const code of ['AC01', 'CUST'])
      expect(inEnglish(returnReason('sepa_ct', code)?.title)).toMatch(/\w{4}/)
  })
})

describe('lookups', () => {
  test('T-03 a reason belongs to its rail', () => {
    expect(inEnglish(returnReason('ach', 'R03'))).toEqual({
      code: 'R03',
      title: 'No account, or account cannot be located',
    })
    expect(inEnglish(returnReason('sepa_ct', 'AC04'))).toEqual({ code: 'AC04', title: 'Account closed' })
    expect(returnReason('wire', 'AC04')?.code).toBe('AC04')
    expect(returnReason('ach', 'AC04')).toBeUndefined()
    expect(returnReason('sepa_ct', 'R03')).toBeUndefined()
    expect(returnReason('ach', 'R99')).toBeUndefined()
    expect(returnReason('ach', 'constructor')).toBeUndefined()
  })

  test('T-03 a rail lists its reasons in the order of their codes', () => {
    const codes = returnReasonsOf('ach').map(({ code }) => code)
    expect(codes).toEqual([...codes].sort())
    expect(codes[0]).toBe('R01')
  })

  test('T-03 unauthorised debits have the longer window, and dishonours and contests are told from returns', () => {
    expect(NACHA_RETURN_CODES.get('R10')).toMatchObject({ extended: true, use: 'return' })
    expect(NACHA_RETURN_CODES.get('R01')).toMatchObject({ extended: false, use: 'return' })
    expect(NACHA_RETURN_CODES.get('R68')?.use).toBe('dishonour')
    expect(NACHA_RETURN_CODES.get('R73')?.use).toBe('contest')
  })

  test('T-11 a change code says what to correct', () => {
    expect(inEnglish(changeReason('C01'))).toEqual({
      code: 'C01',
      title: 'Account number incorrect',
      refusal: false,
    })
    expect(changeReason('C61')?.refusal).toBe(true)
    expect(changeReason('C99')).toBeUndefined()
  })
})
