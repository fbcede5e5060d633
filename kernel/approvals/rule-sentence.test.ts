import { expect, test } from 'vitest'
import { english } from '../languages/make-teller.ts'
import { say } from '../languages/say.ts'
import type { ApprovalPolicyRule } from './approval-policy.ts'
import { breakGlassChange } from './break-glass-change.ts'
import { ruleChanges } from './rule-sentence.ts'
import type { RuledAction } from './ruled-actions.ts'

const RETURN = 'transfers.return_transfer'
const rule = (more: Partial<ApprovalPolicyRule> = {}): ApprovalPolicyRule => ({
  ...{ action: RETURN, required: 1, eligible_roles: ['transfers/ADMIN'], expires_in_s: 86_400 },
  ...more,
})
const byAdmin = rule({ required: 2, when: { requester_role: 'transfers/ADMIN' } })
const always = rule({ required: 3 })
const action: RuledAction = {
  scopes: [{ scope: 'unlike', title: say`something unlike it` }],
  ...{ type: RETURN, title: 'Return transfer', deciders: ['transfers/ADMIN'], requesters: ['transfers/OPS'] },
  ...{ leastRequired: 0, alwaysPossible: false, awaitable: true, declared: rule(), declaredWhere: [] },
}
const changes = (before: ApprovalPolicyRule[], after: ApprovalPolicyRule[]) =>
  ruleChanges(before, after, [action]).map((line) =>
    [line.before, line.after].map((side) => (side === undefined ? undefined : english(side as never))),
  )
const NONE = 'no such rule'
const DECLARED = 'Return transfer: 1 of transfers/ADMIN must agree within 24 h.'
const ADMIN = 'Return transfer, asked by transfers/ADMIN: 2 of transfers/ADMIN must agree within 24 h.'
const ALWAYS = 'Return transfer: 3 of transfers/ADMIN must agree within 24 h.'

test('K-14 a rule with a condition comes beside what the action declares, which goes on to hold', () => {
  expect(changes([], [byAdmin])).toEqual([[NONE, ADMIN]])
  expect(changes([byAdmin], [])).toEqual([[ADMIN, NONE]])
})

test('K-14 a rule without one replaces what the action declares, and taking it away brings that back', () => {
  expect(changes([], [always])).toEqual([[DECLARED, ALWAYS]])
  expect(changes([always], [])).toEqual([[ALWAYS, DECLARED]])
  expect(changes([byAdmin], [byAdmin, always])).toEqual([[DECLARED, ALWAYS]])
  expect(changes([byAdmin, always], [always, byAdmin])).toEqual([])
})

test('K-14 what a rule is about is said as the action calls it; what it calls nothing stands as it is', () => {
  const about = (scope: string) => changes([], [rule({ when: { scope } })])[0]?.[1]
  expect(about('unlike')).toBe(
    'Return transfer, for something unlike it: 1 of transfers/ADMIN must agree within 24 h.',
  )
  expect(about('USD')).toBe('Return transfer, for USD: 1 of transfers/ADMIN must agree within 24 h.')
  const over = rule({ when: { scope: 'USD', amount_over: { amount: '5.00', currency: 'USD' } } })
  expect(changes([], [over])[0]?.[1]).toBe(
    'Return transfer, over 5.00 USD: 1 of transfers/ADMIN must agree within 24 h.',
  )
})

test('K-14 what an action declares under a condition goes with the first rule that names it, and comes back with the last', () => {
  const some = [{ ...action, declaredWhere: [byAdmin] }]
  const said = (before: ApprovalPolicyRule[], after: ApprovalPolicyRule[]) =>
    ruleChanges(before, after, some).map((line) =>
      [line.before, line.after].map((side) => english(side as never)),
    )
  expect(said([], [always])).toEqual([
    [DECLARED, ALWAYS],
    [ADMIN, NONE],
  ])
  expect(said([always], [])).toEqual([
    [ALWAYS, DECLARED],
    [NONE, ADMIN],
  ])
})

test('K-14 K-20 who may break the glass is said by name, before and after; nobody is a word', () => {
  const told = (before: string[], after: string[]) =>
    breakGlassChange(before, after, { 'transfers-ADMIN': 'Amara Okafor' }).map((line) => [
      english(line.label),
      ...[line.before, line.after].map((side) => english(side as never)),
    ])
  expect(told([], ['transfers-ADMIN'])).toEqual([['Who may break the glass', 'nobody', 'Amara Okafor']])
  expect(told(['transfers-ADMIN', 'sam'], [])).toEqual([
    ['Who may break the glass', 'Amara Okafor and sam', 'nobody'],
  ])
  expect(told(['sam', 'mary'], ['mary', 'sam'])).toEqual([])
})
