import { expect, test } from 'vitest'
import { strictestRule } from './strictest-rule.ts'

const rule = (required: number, eligibleRoles: string[], expiresInS = 3600) => ({
  required,
  eligibleRoles,
  expiresInS,
})

test('K-19 many need as many people as the row that needs most, of those whom every row would take', () => {
  expect(
    strictestRule([
      rule(1, ['a/ADMIN', 'a/OPS'], 60),
      rule(2, ['a/ADMIN', 'a/RISK']),
      { ...rule(0, []), stepUp: { requestMaxAgeS: 300 } },
      { ...rule(1, ['a/RISK', 'a/ADMIN']), stepUp: { requestMaxAgeS: 900, approvalMaxAgeS: 60 } },
    ]),
  ).toEqual({
    required: 2,
    eligibleRoles: ['a/ADMIN'],
    expiresInS: 60,
    stepUp: { requestMaxAgeS: 300, approvalMaxAgeS: 60 },
  })
})

test('K-19 nobody may agree to rows that are decided on by different people', () => {
  expect(strictestRule([rule(1, ['a/ADMIN']), rule(1, ['a/RISK'])])).toBeUndefined()
})

test('K-19 rows that nobody is asked about ask nobody together', () => {
  expect(strictestRule([rule(0, []), rule(0, [])])).toMatchObject({ required: 0, eligibleRoles: [] })
})
