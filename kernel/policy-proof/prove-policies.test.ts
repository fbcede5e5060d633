import { expect, test } from 'vitest'
import { makeAccess, type RoleDeclaration } from '../access/access.ts'
import { grantRole } from '../access/grant-role.ts'
import { kernelRoles } from '../access/kernel-roles.ts'
import type { BoundAction, BoundEntity, MountedConsole } from '../console.ts'
import { mountConsole, permissionsOf } from '../console.ts'
import { kernelConsole } from '../kernel-console.ts'
import { provePolicies } from './prove-policies.ts'
import { standingProperties } from './standing-properties.ts'

const tillRoles: RoleDeclaration[] = [
  { role: 'till/TELLER', title: 'Teller', side: 'money' },
  { role: 'till/CHIEF', title: 'Chief', side: 'money' },
]
const engineRoles: RoleDeclaration[] = [
  { role: 'engine/ENGINEER', title: 'Engineer', side: 'platform' },
  { role: 'engine/reader', title: 'Reader', lent: { to: 'till/CHIEF', maxHours: 8 } },
]
const roles = [...kernelRoles, ...tillRoles, ...engineRoles]

const declared = (name: string, more: object = {}) =>
  ({
    name,
    console: name.slice(0, name.indexOf('.')),
    movesMoney: false,
    targetKind: 'payee',
    approvals: { required: 0, eligibleRoles: [], expiresInS: 60 },
    reasons: [{ code: 'other', title: 'Other' }],
    present: { title: `The ${name}`, tone: 'neutral' },
    approvalsWhere: [],
    erases: false,
    ...more,
  }) as unknown as BoundAction
const two = { required: 1, leastRequired: 1, eligibleRoles: ['till/CHIEF'], expiresInS: 60 }
const pay = declared('till.pay', { movesMoney: true, approvals: { ...two, leastRequired: undefined } })
const reveal = declared('till.reveal_payee')
const erase = declared('till.erase_payee', { erases: true, approvals: two })

const empty = { entities: [], queues: [], projections: [], ingest: [], actions: [] }
const console = (name: string, more: Partial<MountedConsole>): MountedConsole =>
  ({
    ...mountConsole(
      { ...kernelConsole, ...empty, name, title: name, roles: [], readPermissions: [] },
      undefined,
    ),
    policies: {},
    ...more,
  }) as MountedConsole
const kernel = (actions: readonly unknown[] = [grantRole]) =>
  console('kernel', {
    policies: kernelConsole.policies,
    roles: kernelRoles,
    readPermissions: ['access:read'],
    actions: actions as BoundAction[],
  })
const till = (actions: readonly BoundAction[] = [pay, reveal, erase]) =>
  console('till', {
    roles: tillRoles,
    readPermissions: ['till:read'],
    entities: [{ kind: 'payee', console: 'till', personal: [{ path: 'name' }] } as unknown as BoundEntity],
    actions,
    policies: {
      'till.cedar': `
        @id("till.reads") permit (principal in Console::"till", action == Action::"till:read", resource);
        @id("till.asks") permit (principal in Role::"till/TELLER", action in [Action::"till.pay", Action::"till.erase_payee"], resource);
        @id("till.agrees") permit (principal in Role::"till/CHIEF", action in [Action::"till.pay:decide", Action::"till.erase_payee:decide"], resource);
        @id("till.opens") permit (principal is Person in Role::"till/CHIEF", action == Action::"till.reveal_payee", resource);
        @id("till.grants") permit (principal is Person in Role::"till/CHIEF", action in [Action::"kernel.grant_role", Action::"kernel.grant_role:decide"], resource);`,
    },
  })
const engine = console('engine', {
  roles: engineRoles,
  readPermissions: ['engine:read'],
  policies: {
    'engine.cedar': `@id("engine.reads") permit (principal in Console::"engine", action == Action::"engine:read", resource);`,
  },
})
const tidy = [kernel(), till(), engine]

const proved = (options: { consoles?: readonly MountedConsole[]; draft?: Record<string, string> } = {}) =>
  provePolicies({ consoles: options.consoles ?? tidy, roles, draft: options.draft, now: new Date(0) })
const broken = (options: Parameters<typeof proved>[0]) =>
  proved(options).properties.filter((property) => property.broken > 0)
/** What the first counterexample of a property says. */
const firstOf = (options: Parameters<typeof proved>[0], name: string) =>
  broken(options).find((property) => property.name === name)?.counterexamples[0]?.says
const beside = (text: string) => ({ draft: { 'loose.cedar': `@id("loose") ${text}` } })
const standing = kernelConsole.policies['standing.cedar'] ?? ''
/** The standing rules without one of them. */
const without = (id: string) => {
  const left = standing.replace(new RegExp(`@id\\("${id}"\\)[^;]*;`), '')
  if (left === standing) throw new Error(`there is no rule ${id}`)
  return { draft: { 'standing.cedar': left } }
}

test('K-10 what is declared is enumerated from the declarations, and every property holds', () => {
  const proof = proved()
  expect(proof.properties.filter((property) => property.broken > 0)).toEqual([])
  expect(proof.holds).toBe(true)
  // Nobody, five roles, and the ten pairs of them.
  expect(proof.counts).toMatchObject({ roles: 5, role_sets: 16, properties: proof.properties.length })
  expect(proof.counts.permissions).toBe(permissionsOf(tidy).length)
  for (const { name, checked } of proof.properties) expect([name, checked > 0]).toEqual([name, true])
})

test.each([
  [
    'kernel.platform-never-moves-money',
    'platform-moves-no-money',
    'Somebody with the roles Teller (till/TELLER) and Engineer (engine/ENGINEER) may ask for “The till.pay”, on a record of no tenant (payee): permitted by till.asks.',
  ],
  [
    'kernel.nobody-decides-on-their-own-request',
    'nobody-agrees-with-themselves',
    'Somebody with the role Chief (till/CHIEF) may agree to “Grant role”, on a request of their own: permitted by till.grants.',
  ],
  [
    'kernel.machines-never-decide',
    'machines-agree-to-nothing',
    'A program with the role Chief (till/CHIEF) may agree to “The till.pay”, on a request of somebody else: permitted by till.agrees.',
  ],
  [
    'kernel.auditor-reads',
    'auditor-reads-everything',
    'Somebody with the role Auditor (kernel/auditor) may not read the audit log: no rule permits it.',
  ],
  [
    'kernel.auditor-changes-nothing',
    'auditor-changes-nothing',
    'Somebody with the roles Auditor (kernel/auditor) and Teller (till/TELLER) may ask for “The till.pay”, on a record of no tenant (payee): permitted by till.asks.',
  ],
  [
    'kernel.tenants-stay-apart',
    'tenants-stay-apart',
    'Somebody with the role Auditor (kernel/auditor) may read the audit log, on a record of another tenant (payee): permitted by kernel.auditor-reads.',
  ],
])('K-10 without the standing rule %s there is a counterexample', (rule, property, says) => {
  expect(firstOf(without(rule), property)).toBe(says)
})

test.each([
  [
    'permit (principal in Side::"platform", action == Action::"till:read", resource);',
    'platform-keeps-out-of-finance',
    'Somebody with the role Engineer (engine/ENGINEER) may read the records of till, on a record of no tenant (payee): permitted by loose.',
  ],
  [
    'permit (principal in Role::"engine/reader", action == Action::"kernel:annotate", resource);',
    'lent-roles-only-read',
    'Somebody with the role Reader (engine/reader) may write notes and attach evidence, on a record of no tenant (payee): permitted by loose.',
  ],
  [
    'permit (principal in Role::"engine/reader", action == Action::"audit:read", resource);',
    'lent-roles-only-read',
    'Somebody with the role Reader (engine/reader) may read the audit log, on a record of no tenant (payee): permitted by loose.',
  ],
  [
    'permit (principal, action == Action::"engine:read", resource);',
    'nothing-without-a-role',
    'Somebody without any role may read the records of engine, on a record of no tenant (payee): permitted by loose.',
  ],
  [
    'permit (principal in Role::"till/TELLER", action == Action::"till.reveal_payee", resource);',
    'people-open-personal-data',
    'A program with the role Teller (till/TELLER) may ask for “The till.reveal_payee”, on a record of no tenant (payee): permitted by loose.',
  ],
  [
    'permit (principal in Console::"till", action == Action::"till.pay", resource) unless { principal in Role::"till/TELLER" };',
    'larger-sets-follow',
    'loose: its conditions look at the roles of whoever asks, so that one role more could open what it closes.',
  ],
  [
    'permit (principal in Console::"till", action == Action::"engine:read", resource) when { principal in Role::"till/TELLER" && principal in Role::"till/CHIEF" };',
    'two-roles-open-no-third-thing',
    'Somebody with the roles Teller (till/TELLER) and Chief (till/CHIEF) may read the records of engine, on a record of no tenant (payee): permitted by loose.',
  ],
])('K-10 a rule that lets in too many is named with whom it lets in, case %#', (text, property, says) => {
  expect(firstOf(beside(text), property)).toBe(says)
})

test.each([
  [
    [kernel(), till([{ ...pay, approvals: { ...pay.approvals, required: 0 } }, reveal, erase]), engine],
    'money-needs-two',
    'To ask for “The till.pay” (till.pay): it asks nobody else',
  ],
  [
    [
      kernel([{ ...grantRole, approvals: { ...grantRole.approvals, leastRequired: undefined } }]),
      till(),
      engine,
    ],
    'authority-needs-two',
    'To ask for “Grant role” (kernel.grant_role): it asks nobody else',
  ],
  [
    [kernel(), till([pay, reveal, { ...erase, approvals: { ...two, leastRequired: 0 } }]), engine],
    'erasing-needs-two',
    'To ask for “The till.erase_payee” (till.erase_payee)',
  ],
  [
    [kernel(), till([pay, { ...reveal, reasons: [] }, erase]), engine],
    'opening-needs-a-reason',
    'it asks for no reason',
  ],
])(
  'K-10 a declaration that leaves something to one person, or to no reason, is named, case %#',
  (consoles, property, says) => {
    expect(firstOf({ consoles }, property)).toContain(says)
  },
)

test('K-10 of two roles of which one does it alone the one is named, and the others are counted', () => {
  const [property] = broken(
    beside('permit (principal in Role::"engine/ENGINEER", action == Action::"till:read", resource);'),
  )
  expect(property).toMatchObject({ name: 'platform-keeps-out-of-finance' })
  expect(property?.counterexamples.every(({ roles: held }) => held?.length === 1)).toBe(true)
  // Alone and with the reader's role, as a person and as a program, of no tenant and of their own. With the auditor's role it is the auditor's reading.
  expect(property?.broken).toBe(8)
  expect(property?.counterexamples).toHaveLength(2)
  expect(property?.counterexamples[0]).toMatchObject({
    kind: 'person',
    roles: ['engine/ENGINEER'],
    permission: 'till:read',
    context: 'a record of no tenant',
    policies: ['loose'],
  })
})

test('K-10 what is allowed by no rule that is known would be seen', () => {
  const policies = [] as const
  const property = standingProperties({ consoles: tidy, policies, roles }).find(
    ({ name }) => name === 'nothing-without-a-rule',
  )
  if (!property || !('holds' in property)) throw new Error('there is no such property')
  const decided = {
    kind: 'person' as const,
    ...{ roles: [], admitted: true, context: 'at the door' as const },
    permission: { name: 'till:read', kind: 'read' as const, movesMoney: false },
  }
  expect(property.concerns({ ...decided, allowed: true, policies: [] })).toBe(true)
  expect(property.holds({ ...decided, allowed: true, policies: [] })).toBe(false)
})

test('K-10 what is said of larger sets is so: no three or more roles are allowed what none of them is', () => {
  const permissions = permissionsOf(tidy)
  const access = makeAccess({
    roles,
    permissions,
    policies: Object.fromEntries(tidy.flatMap(({ policies }) => Object.entries(policies))),
  })
  const may = (held: readonly string[], permission: string) =>
    [undefined, 'own', 'other'].map(
      (tenant) =>
        access.decide({ id: 'ann', kind: 'person', roles: held, tenants: ['own'] }, permission, {
          ...{ type: 'Record', id: '1', kind: 'payee' },
          ...(tenant === undefined ? {} : { tenant }),
        }).allowed,
    )
  const names = roles.map(({ role }) => role)
  const larger = [...Array(2 ** names.length).keys()]
    .map((bits) => names.filter((_, at) => bits & (1 << at)))
    .filter(({ length }) => length > 2)
  expect(larger).toHaveLength(16)
  for (const held of larger) {
    for (const { name } of permissions.filter(({ kind }) => kind !== 'decide')) {
      const alone = held.map((role) => may([role], name))
      may(held, name).forEach((allowed, at) => {
        expect([held, name, allowed && !alone.some((each) => each[at])]).toEqual([held, name, false])
      })
    }
  }
})

test('K-10 rules that do not fit the declarations are refused, not proved', () => {
  expect(() =>
    proved(beside('permit (principal in Role::"till/TELLER", action == Action::"till.fly", resource);')),
  ).toThrow('till.fly')
})

test('K-10 what gives a role or lets an account in again is found by what it does, and needs two people', () => {
  const alone = { required: 1, eligibleRoles: [], expiresInS: 60 }
  for (const type of ['kernel.person.role_granted', 'kernel.person.enabled']) {
    const sly = declared('kernel.sly', { eventTypes: [type], approvals: alone })
    const consoles = [kernel([grantRole, sly]), till(), engine]
    expect(firstOf({ consoles }, 'authority-needs-two')).toContain('kernel.sly')
  }
})

test('K-10 the fingerprint of the declarations changes with how many agree, for which reasons, what moves money and what erases', () => {
  const printed = (action: BoundAction) =>
    proved({ consoles: [kernel(), till([action, reveal, erase]), engine] })
  const as = (more: object) =>
    declared('till.pay', { movesMoney: true, approvals: { ...two, leastRequired: undefined }, ...more })
  const { rules, declarations } = printed(as({}))
  expect(printed(as({})).declarations).toBe(declarations)
  for (const more of [
    { approvals: two },
    { approvals: { ...two, required: 2 } },
    { approvalsWhere: [{ when: { scope: 'x' }, required: 2, eligibleRoles: [] }] },
    { reasons: [] },
    { reasons: [{ code: 'other', title: 'Other', noteRequired: true }] },
    { erases: true },
    { eventTypes: ['kernel.person.role_granted'] },
  ]) {
    expect([more, printed(as(more)).declarations]).not.toEqual([more, declarations])
    // The rules alone do not tell: that is why there are two.
    expect(printed(as(more)).rules).toBe(rules)
  }
  expect(printed(as({ movesMoney: false })).declarations).not.toBe(declarations)
})

test('K-10 what moves money is listed, with how many agree and whether people can set fewer', () => {
  const proof = proved({
    consoles: [
      kernel(),
      till([
        pay,
        declared('till.void', {
          ...{ movesMoney: true, approvals: two },
          approvalsWhere: [{ when: { scope: 'JPY' }, required: 2, eligibleRoles: [] }],
        }),
        reveal,
        erase,
      ]),
      engine,
    ],
  })
  expect(proof.moves_money).toEqual([
    {
      ...{ action: 'till.pay', words: 'ask for “The till.pay”', about: 'payee' },
      agree: { declared: 1, where: [], at_least: 0 },
    },
    {
      ...{ action: 'till.void', words: 'ask for “The till.void”', about: 'payee' },
      agree: { declared: 1, where: ['2 for JPY'], at_least: 1 },
    },
  ])
})
