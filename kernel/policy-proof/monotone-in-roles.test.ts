import { expect, test } from 'vitest'
import { parsePolicies } from '../access/cedar-policies.ts'
import { monotoneInRoles, rolesNamedBy } from './monotone-in-roles.ts'

const of = (text: string) => parsePolicies('p.cedar', `@id("p") ${text}`)

test.each([
  'permit (principal in Role::"a/B", action in [Action::"x", Action::"y"], resource);',
  'forbid (principal is Machine in Side::"platform", action, resource);',
  'forbid (principal, action, resource is Record) when { resource has tenant && !(principal.tenants.contains(resource.tenant)) };',
  'forbid (principal, action, resource is ActionRequest) when { resource.requested_by == principal };',
  'permit (principal in Console::"a", action, resource) when { principal is Person };',
  'permit (principal, action, resource) when { action in Action::"read" };',
])('K-10 a rule of which one role more never takes anything away passes, case %#', (text) => {
  expect(monotoneInRoles(of(text))).toEqual([])
})

test.each([
  'permit (principal, action, resource) unless { principal in Role::"a/B" };',
  'permit (principal, action, resource) when { principal is Person in Role::"a/B" };',
  'permit (principal, action, resource) when { [Role::"a/B"].contains(principal) };',
  'forbid (principal, action, resource is ActionRequest) unless { resource.requested_by in Side::"money" };',
  'permit (principal, action, resource is ActionRequest) when { principal in resource.requested_by };',
  'permit (principal == Role::"a/B", action, resource);',
])(
  'K-10 a rule whose conditions look at roles, or that names one principal, does not pass, case %#',
  (text) => {
    expect(monotoneInRoles(of(text))).toMatchObject([{ policy: 'p' }])
  },
)

test('K-10 every role, console and side is found that a rule names', () => {
  const [policy] = of(
    'permit (principal is Person in Role::"a/B", action, resource) unless { principal in Side::"money" || [Console::"c"].contains(principal) };',
  )
  expect(policy && rolesNamedBy(policy)).toEqual(['Role/a/B', 'Side/money', 'Console/c'])
})
