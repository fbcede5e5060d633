// @vitest-environment happy-dom
import type { PolicyRule } from '@countersign/sdk/wire/policy.ts'
import { cleanup, screen } from '@testing-library/react'
import i18next from 'i18next'
import { createElement } from 'react'
import { afterEach, expect, test } from 'vitest'
import { renderInConsole } from '../render-in-console.tsx'
import { ChangeTable } from '../request/preview-value.tsx'
import { ruleText, titleOf } from './rule-text.ts'

afterEach(cleanup)

// As the server tells those of one title apart.
const actions = [
  { type: 'transfers.reveal_transfer', title: 'Reveal (transfer)' },
  { type: 'transfers.reveal_party', title: 'Reveal (party)' },
  { type: 'transfers.freeze_entity', title: 'Freeze' },
]

test.each([
  ['transfers.reveal_party', 'Reveal (party)'],
  ['transfers.freeze_entity', 'Freeze'],
  ['hub.unknown', 'hub.unknown'],
])('K-14 a rule says which action it is about, as the server calls it: %s is %j', (type, title) => {
  expect(titleOf(type, actions)).toBe(title)
})

const rule: PolicyRule = {
  action: 'transfers.freeze_entity',
  when: { amount_over: { amount: '1000.00', currency: 'USD' }, requester_role: 'transfers/OPS' },
  required: 2,
  eligible_roles: ['transfers/ADMIN', 'transfers/COMPLIANCE'],
  expires_in_s: 86_400,
  step_up: { approval_max_age_s: 300 },
}
const SAID =
  'over 1,000.00 USD, asked by transfers/OPS: 2 people with transfers/ADMIN or transfers/COMPLIANCE must agree within 24 hours; signed within 5 minutes of signing in'

test('K-14 what a rule is about is said as its action calls it; what that calls nothing stands as it is', () => {
  const called = [
    { type: rule.action, title: 'Freeze', scopes: [{ scope: 'unlike', title: 'something unlike it' }] },
  ]
  const said = (scope: string) =>
    ruleText({ ...rule, when: { scope } }, called, (id, values) => `${id} ${values?.scope ?? ''}`, 'en')
  expect(said('unlike')).toContain('policy.said.scope something unlike it')
  expect(said('EUR')).toContain('policy.said.scope EUR')
  const over = { amount: '5.00', currency: 'EUR' }
  const both = { ...rule, when: { scope: 'EUR', amount_over: over } }
  expect(ruleText(both, called, (id) => id, 'en')).not.toContain('policy.said.scope')
})

test('K-14 a change of rules is worded as the rules themselves are, with money and lengths of time', () => {
  const change = {
    label: 'Freeze',
    before: 'as the server has it',
    after: 'as the server has it',
    rules: { before: null, after: rule },
  }
  renderInConsole(createElement(ChangeTable, { changes: [change] }), { answer: () => null })
  const row = screen.getByText('Freeze').parentElement?.textContent
  expect(row).toBe(`Freezeno such rule→${SAID}`)
  expect(ruleText(rule, actions, i18next.t, 'en')).toBe(`Freeze, ${SAID}.`)
})

test('X-09 a side of a change on which there is nothing is said to be nothing, and whoever reads is “you”', () => {
  const changes = [
    { label: 'Assignee', after: 'nora' },
    { label: 'Until', before: '5' },
  ]
  renderInConsole(createElement(ChangeTable, { changes }), { answer: () => null })
  expect(screen.getByText('Assignee').parentElement?.textContent).toBe('Assigneeyou')
  expect(screen.getByText('Until').parentElement?.textContent).toBe('Until5→–')
  expect(screen.getByRole('img', { name: 'nothing' })).toBeTruthy()
})
