import { expect, test } from 'vitest'
import type { ApprovalRule } from '../actions/define-action.ts'
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

test('K-19 I8 evidence first for all where one wants it; no member of a rule is forgotten', () => {
  const whole: Required<ApprovalRule> = {
    required: 1,
    eligibleRoles: ['a/ADMIN'],
    expiresInS: 60,
    stepUp: { requestMaxAgeS: 300, approvalMaxAgeS: 60 },
    evidenceFirst: true,
    leastRequired: 1,
    alwaysPossible: true,
    // These two are looked at record by record.
    emergencyLimitS: 60,
    drift: { percent: 1 },
  }
  const { emergencyLimitS: _, drift: __, leastRequired: ___, alwaysPossible: ____, ...together } = whole
  expect(strictestRule([rule(1, ['a/ADMIN', 'a/OPS']), whole])).toEqual(together)
})

test('K-19 nobody may agree to rows that are decided on by different people', () => {
  expect(strictestRule([rule(1, ['a/ADMIN']), rule(1, ['a/RISK'])])).toBeUndefined()
})

test('K-19 rows that nobody is asked about ask nobody together', () => {
  expect(strictestRule([rule(0, []), rule(0, [])])).toMatchObject({ required: 0, eligibleRoles: [] })
})
