import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { makeAccess, type PermissionDeclaration, type RoleDeclaration } from './access.ts'

const standing = readFileSync(new URL('./standing.cedar', import.meta.url), 'utf8')
const roles: RoleDeclaration[] = [
  { role: 'transfers/OPS', title: 'Operations', side: 'money' },
  { role: 'transfers/ADMIN', title: 'Administrator', side: 'money' },
  { role: 'platform/OPS_ADMIN', title: 'Operations', side: 'platform' },
  { role: 'kernel/auditor', title: 'Auditor' },
]
const permissions: PermissionDeclaration[] = [
  { name: 'transfers.return_transfer', kind: 'change', movesMoney: true },
  { name: 'transfers.return_transfer:decide', kind: 'decide', movesMoney: true },
  { name: 'transfers:read', kind: 'read', movesMoney: false },
]
const transfers = `
  @id("t1") permit (principal in Role::"transfers/OPS", action == Action::"transfers.return_transfer", resource);
  @id("t2") permit (principal in Role::"transfers/ADMIN", action == Action::"transfers.return_transfer:decide", resource);
  @id("t3") permit (principal in Console::"transfers", action == Action::"transfers:read", resource);
`
const access = makeAccess({
  roles,
  permissions,
  policies: { 'standing.cedar': standing, 'transfers.cedar': transfers },
})
const record = { type: 'Record', id: 'tr_1', kind: 'transfer' } as const
const ops = { id: 'ann', kind: 'person', roles: ['transfers/OPS'] } as const
const admin = { id: 'ben', kind: 'person', roles: ['transfers/ADMIN'] } as const

test('K-07 K-08 what no policy permits is denied', () => {
  expect(access.mayEver(admin, 'transfers.return_transfer')).toBe(false)
  expect(access.mayEver({ kind: 'person', roles: [] }, 'transfers:read')).toBe(false)
  expect(access.mayEver({ kind: 'person', roles: ['transfers/GOD'] }, 'transfers:read')).toBe(false)
})

test('K-08 a role that may act is allowed, and the deciding policy is named', () => {
  expect(access.mayEver(ops, 'transfers.return_transfer')).toBe(true)
  expect(access.decide(ops, 'transfers.return_transfer', record)).toEqual({ allowed: true, policies: ['t1'] })
  expect(access.rolesFor('transfers.return_transfer')).toEqual(['transfers/OPS'])
})

test('K-07 the standing forbid keeps platform roles from money, whatever else is permitted', () => {
  const open = makeAccess({
    roles,
    permissions,
    policies: {
      'standing.cedar': standing,
      'open.cedar': '@id("open") permit (principal, action, resource);',
    },
  })
  const platform = { id: 'eve', kind: 'person', roles: ['platform/OPS_ADMIN'] } as const
  expect(open.mayEver(platform, 'transfers.return_transfer')).toBe(false)
  expect(open.decide(platform, 'transfers.return_transfer', record)).toEqual({
    allowed: false,
    policies: ['kernel.platform-never-moves-money'],
  })
  expect(open.mayEver(platform, 'transfers:read')).toBe(true)
})

test('K-17 nobody decides on their own request, and no machine on any', () => {
  const request = { type: 'ActionRequest', id: 'r1', requestedBy: 'ben', requesterKind: 'person' } as const
  expect(access.decide(admin, 'transfers.return_transfer:decide', request).allowed).toBe(false)
  expect(access.decide({ ...admin, id: 'cid' }, 'transfers.return_transfer:decide', request).allowed).toBe(
    true,
  )
  expect(
    access.mayEver({ kind: 'machine', roles: ['transfers/ADMIN'] }, 'transfers.return_transfer:decide'),
  ).toBe(false)
})

test('K-07 K-08 several roles open what any of them does and are kept from what any of them is, by role, console and side', () => {
  const rules = {
    'standing.cedar': standing,
    'several.cedar': `
      @id("role") permit (principal in Role::"transfers/ADMIN", action == Action::"transfers.return_transfer:decide", resource);
      @id("console") permit (principal in Console::"platform", action == Action::"transfers:read", resource);
      @id("anybody") permit (principal is Person, action == Action::"transfers.return_transfer", resource);`,
  }
  const several = makeAccess({ roles, permissions, policies: rules })
  const holding = (...held: string[]) => ({ id: 'ann', kind: 'person', roles: held }) as const
  const [both, money] = [holding('platform/OPS_ADMIN', 'transfers/ADMIN'), holding('transfers/ADMIN')]
  expect(several.mayEver(both, 'transfers:read')).toBe(true)
  expect(several.mayEver(money, 'transfers:read')).toBe(false)
  expect(several.mayEver(money, 'transfers.return_transfer:decide')).toBe(true)
  // One of the two stands on the platform's side: what moves money is closed to both together.
  expect(several.mayEver(both, 'transfers.return_transfer:decide')).toBe(false)
  expect(several.decide(both, 'transfers.return_transfer', record)).toMatchObject({ allowed: false })
  expect(several.decide(holding(), 'transfers.return_transfer', record)).toEqual({
    allowed: true,
    policies: ['anybody'],
  })
})

test('K-04 the auditor reads everything and changes nothing', () => {
  const auditor = { id: 'aud', kind: 'person', roles: ['kernel/auditor', 'transfers/OPS'] } as const
  expect(access.mayEver({ kind: 'person', roles: ['kernel/auditor'] }, 'transfers:read')).toBe(true)
  expect(access.mayEver(auditor, 'transfers.return_transfer')).toBe(false)
})

test('a record of a tenant is denied to whoever does not look after it', () => {
  const theirs = { ...record, tenant: 'acme' }
  expect(access.decide(ops, 'transfers.return_transfer', theirs).allowed).toBe(false)
  expect(access.decide({ ...ops, tenants: ['acme'] }, 'transfers.return_transfer', theirs).allowed).toBe(true)
})

test('K-07 a policy whose scope is one person or one record does not start, and says where to say so; in a condition it holds', () => {
  const start = (text: string) =>
    makeAccess({
      roles,
      permissions,
      policies: { 'standing.cedar': standing, 'transfers.cedar': transfers, 'x.cedar': text },
    })
  for (const scope of [
    'principal == Person::"ann", action, resource',
    'principal in Machine::"batch", action, resource',
    'principal, action, resource == Record::"tr_1"',
    'principal, action, resource is Record in Record::"tr_1"',
  ]) {
    expect(() => start(`@id("one") forbid (${scope});`), scope).toThrow(/"one".*when/)
  }
  const not = start('@id("one") forbid (principal, action, resource) when { principal == Person::"ann" };')
  expect(not.decide(ops, 'transfers.return_transfer', record)).toEqual({ allowed: false, policies: ['one'] })
  expect(not.decide({ ...ops, id: 'cid' }, 'transfers.return_transfer', record).allowed).toBe(true)
})

test('K-07 a policy that names an unknown action does not start', () => {
  const policies = { 'x.cedar': '@id("x") permit (principal, action == Action::"transfers.fly", resource);' }
  expect(() => makeAccess({ roles, permissions, policies })).toThrow(/transfers\.fly/)
})

test('K-07 two installations in one process decide by their own policies', () => {
  const strict = makeAccess({ roles, permissions, policies: { 'standing.cedar': standing } })
  expect(strict.mayEver(ops, 'transfers.return_transfer')).toBe(false)
  expect(strict.decide(ops, 'transfers.return_transfer', record).allowed).toBe(false)
  expect(access.decide(ops, 'transfers.return_transfer', { ...record, tenant: 'acme' }).allowed).toBe(false)
  expect(
    access.decide({ ...ops, tenants: ['acme'] }, 'transfers.return_transfer', { ...record, tenant: 'acme' })
      .allowed,
  ).toBe(true)
})

test('K-07 two that go by the same rules in one process decide alike, whichever asked first', () => {
  const rules = {
    roles,
    permissions,
    policies: { 'standing.cedar': standing, 'transfers.cedar': `${transfers}// The same, made twice.` },
  }
  const [one, other] = [makeAccess(rules), makeAccess({ ...rules })]
  const inTenant = (tenant: string) =>
    [{ ...ops, tenants: [tenant] }, 'transfers.return_transfer', { ...record, tenant }] as const
  expect(one.decide(...inTenant('acme')).allowed).toBe(true)
  expect(other.decide(ops, 'transfers:read', record).allowed).toBe(true)
  expect(one.decide(...inTenant('globex')).allowed).toBe(true)
})
