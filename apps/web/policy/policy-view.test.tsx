// @vitest-environment happy-dom
import type { Entity } from '@countersign/sdk/wire/entities.ts'
import type { PolicyRule } from '@countersign/sdk/wire/policy.ts'
import { renderInConsole } from '@countersign/web-kit/render-in-console.tsx'
import { cleanup, screen, within } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import texts from './policy.messages.en.json'
import { changePolicyForm } from './policy-fields.tsx'
import { policyView } from './policy-view.tsx'

const rule = (action: string, more: Partial<PolicyRule> = {}): PolicyRule => ({
  ...{ action, required: 1, eligible_roles: ['transfers/ADMIN'], expires_in_s: 86_400 },
  ...more,
})
const action = (type: string, title: string) => ({
  ...{ type, title, deciders: [], requesters: [], alwaysPossible: false, awaitable: true },
  declared: rule(type),
  declaredWhere: [],
})
const actions = [action('transfers.return_transfer', 'Return transfer'), action('transfers.freeze', 'Freeze')]

function draw(rules: PolicyRule[], more: object = {}) {
  const { Body } = policyView
  if (Body === undefined) throw new Error('the view has no body')
  const entity: Entity = {
    ...{
      kind: 'approval_policy',
      id: 'transfers',
      version: 1,
      fresh_at: '2026-11-20T09:00:00Z',
      stale: false,
    },
    ...{ title: 'Approval rules of transfers', state: 'revision 1', affordances: [] },
    data: { rules, actions, version: 'a', break_glass: [], ...more },
  }
  renderInConsole(<Body entity={entity} />, {
    answer: () => Response.json({ versions: [], next_cursor: null }),
    texts,
  })
}
const sentences = (section: string) =>
  within(screen.getByRole('region', { name: section }))
    .getAllByRole('listitem')
    .map(({ textContent }) => textContent)

afterEach(cleanup)

test('K-14 beside rules with conditions the page goes on to say what holds where none of them does', () => {
  const when = { requester_role: 'transfers/ADMIN' }
  draw([rule('transfers.return_transfer', { required: 2, when })])
  const [set, otherwise, ...more] = sentences('Rules that people have set')
  expect(set).toMatch(/^Return transfer, asked by transfers\/ADMIN: 2 people/)
  expect(otherwise).toMatch(/^Otherwise, as declared: Return transfer: 1 person/)
  expect(more).toEqual([])
  expect(sentences('As declared')).toEqual([expect.stringMatching(/^Freeze/)])
})

test('K-14 where a rule always holds, what the action declares is nowhere', () => {
  draw([rule('transfers.return_transfer', { required: 3 })])
  expect(sentences('Rules that people have set')).toHaveLength(1)
  expect(screen.queryByText(/Otherwise/)).toBeNull()
})

test('K-20 who may break the glass is called by name, and who is named without the role is told apart', () => {
  const listed = {
    break_glass: ['transfers-ADMIN', 'transfers-COMPLIANCE'],
    break_glass_names: ['Amara Okafor', 'Priya Raman'],
    break_glass_roles: ['transfers/ADMIN'],
  }
  draw([], { ...listed, break_glass_people: [{ id: 'transfers-ADMIN', name: 'Amara Okafor' }] })
  expect(screen.getByText(/^May break the glass/).textContent).toBe(
    'May break the glass: Amara Okafor. Named, but without the role transfers/ADMIN, so they cannot: Priya Raman.',
  )
  cleanup()
  draw([], { ...listed, break_glass_people: [] })
  expect(screen.getByText(/^Nobody may break the glass/)).toBeTruthy()
})

test('K-20 whom a change of the list can name are those who hold the role, and who is on it without is marked', () => {
  const { Fields } = changePolicyForm
  if (Fields === undefined) throw new Error('the form has no fields')
  renderInConsole(
    <Fields
      entity={{
        ...{ kind: 'approval_policy', id: 'transfers', version: 1, fresh_at: '2026-11-20T09:00:00Z' },
        ...{ stale: false, title: 'Approval rules of transfers', state: 'revision 1', affordances: [] },
        data: {
          rules: [],
          actions,
          break_glass: ['transfers-COMPLIANCE'],
          break_glass_roles: ['transfers/ADMIN'],
          break_glass_people: [{ id: 'transfers-ADMIN', name: 'Amara Okafor' }],
        },
      }}
      input={{ rules: [], break_glass: ['transfers-COMPLIANCE'] }}
      errors={{}}
      onChange={() => undefined}
    />,
    {
      answer: () =>
        Response.json({
          rosters: [
            {
              console: 'transfers',
              people: [
                { id: 'transfers-ADMIN', name: 'Amara Okafor' },
                { id: 'transfers-COMPLIANCE', name: 'Priya Raman' },
                { id: 'transfers-OPS', name: 'Nora Lindqvist' },
              ],
            },
          ],
        }),
      texts,
    },
  )
  const list = screen.getByLabelText('Break-glass')
  expect(
    within(list)
      .getAllByRole('option')
      .map(({ textContent }) => textContent),
  ).toEqual(['Add a person…', expect.stringContaining('transfers-ADMIN')])
  expect(screen.getByText(/lacks the role transfers\/ADMIN/)).toBeTruthy()
})
