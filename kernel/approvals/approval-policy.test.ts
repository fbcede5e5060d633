import { expect, test } from 'vitest'
import {
  type ApprovalPolicyRule,
  approvalPolicyRule,
  policyOf,
  requirementOf,
  ruleDeclared,
  rulesDeclaredWhere,
  withDeclared,
} from './approval-policy.ts'

const action = {
  name: 'transfers.return_transfer',
  approvals: { required: 1, eligibleRoles: ['transfers/ADMIN'], expiresInS: 86_400 },
}
const rule = (more: Partial<ApprovalPolicyRule>): ApprovalPolicyRule => ({
  action: 'transfers.return_transfer',
  required: 1,
  eligible_roles: ['transfers/ADMIN'],
  expires_in_s: 3600,
  ...more,
})
const usd = (amount: string) => ({ amount: { amount, currency: 'USD' } })
const over10k = policyOf([
  rule({}),
  rule({ required: 2, when: { amount_over: { amount: '10000.00', currency: 'USD' } } }),
])

const required = (attributes: Parameters<typeof requirementOf>[2], policy = over10k) => {
  const requirement = requirementOf(policy, action, attributes, ['transfers/OPS'])
  return requirement.forbidden ? 'forbidden' : requirement.rule.required
}

test('K-14 an amount over the limit asks for more people, one at the limit does not', () => {
  expect(required(usd('10000.00'))).toBe(1)
  expect(required(usd('10000.01'))).toBe(2)
})

test('K-14 an amount that cannot be compared asks for the highest number', () => {
  expect(required({ amount: { amount: '5.00', currency: 'EUR' } })).toBe(2)
  expect(required({})).toBe(2)
})

test('K-14 an outright prohibition wins over every number', () => {
  expect(required(usd('1.00'), policyOf([rule({ required: 3 }), rule({ required: 0, forbid: true })]))).toBe(
    'forbidden',
  )
})

test('K-14 an action that no rule names keeps what it declares', () => {
  expect(required(usd('1.00'), policyOf([rule({ action: 'transfers.freeze_entity', required: 5 })]))).toBe(1)
})

test('K-14 a condition on the requester holds for that role alone', () => {
  expect(required({}, policyOf([rule({ required: 4, when: { requester_role: 'transfers/ADMIN' } })]))).toBe(1)
  expect(required({}, policyOf([rule({ required: 4, when: { requester_role: 'transfers/OPS' } })]))).toBe(4)
})

test('K-14 a count over the limit asks for more people, one at the limit does not, and an unknown one does', () => {
  const over100 = policyOf([rule({}), rule({ required: 3, when: { count_over: 100 } })])
  expect(required({ count: 100 }, over100)).toBe(1)
  expect(required({ count: 101 }, over100)).toBe(3)
  expect(required({}, over100)).toBe(3)
})

test('K-14 a condition on the scope holds for that scope alone', () => {
  const global = policyOf([rule({}), rule({ required: 2, when: { scope: 'global' } })])
  expect(required({ scope: 'global' }, global)).toBe(2)
  expect(required({ scope: 'merchant' }, global)).toBe(1)
  expect(required({}, global)).toBe(1)
})

test('K-14 K-19 of many records at once a condition on the scope holds where it is that of any of them', () => {
  const limit = { amount: '1000.00', currency: 'USD' }
  const sum_over = { limit, within_s: 86_400, per: 'requester' as const }
  const dollars = policyOf([rule({}), rule({ required: 2, when: { scope: 'USD', sum_over } })])
  const rolling = (sum: string) => ({ scopes: ['EUR', 'USD'], rolling: { 'requester 86400 USD': sum } })
  expect(required(rolling('1000.01'), dollars)).toBe(2)
  expect(required(rolling('1000.00'), dollars)).toBe(1)
  expect(required({ ...rolling('1000.01'), scopes: ['CHF', 'EUR'] }, dollars)).toBe(1)
})

test('K-14 what an action declares under a condition holds beside what it declares, until a rule names it', () => {
  const declaring = {
    ...action,
    approvalsWhere: [{ when: { scope: 'USD' }, required: 2, eligibleRoles: ['transfers/ADMIN'] }],
  }
  const declared = [ruleDeclared(declaring), ...rulesDeclaredWhere(declaring)]
  expect(required({ scope: 'USD' }, withDeclared([], declared))).toBe(2)
  expect(required({ scope: 'EUR' }, withDeclared([], declared))).toBe(1)
  const named = withDeclared([rule({ required: 3, when: { scope: 'EUR' } })], declared)
  expect(required({ scope: 'USD' }, named)).toBe(1)
  expect(required({ scope: 'EUR' }, named)).toBe(3)
})

test('K-14 every member of a condition must hold', () => {
  const both = policyOf([rule({}), rule({ required: 2, when: { scope: 'global', count_over: 10 } })])
  expect(required({ scope: 'global', count: 11 }, both)).toBe(2)
  expect(required({ scope: 'global', count: 10 }, both)).toBe(1)
  expect(required({ scope: 'merchant', count: 11 }, both)).toBe(1)
})

test('K-14 who is eligible and how long there is to answer are the rule’s, not the action’s', () => {
  const others = policyOf([
    rule({}),
    rule({ required: 2, eligible_roles: ['transfers/COMPLIANCE'], expires_in_s: 600 }),
  ])
  expect(requirementOf(others, action, {}, [])).toEqual({
    forbidden: false,
    rule: { required: 2, eligibleRoles: ['transfers/COMPLIANCE'], expiresInS: 600 },
  })
})

test('K-14 the version is that of the rules', () => {
  expect(policyOf([rule({})]).version).toBe(policyOf([rule({})]).version)
  expect(policyOf([rule({ required: 2 })]).version).not.toBe(policyOf([rule({})]).version)
})

test('K-14 a rule with an unknown member or an impossible number is refused', () => {
  expect(approvalPolicyRule.safeParse({ ...rule({}), requird: 2 }).success).toBe(false)
  expect(approvalPolicyRule.safeParse(rule({ required: -1 })).success).toBe(false)
})
