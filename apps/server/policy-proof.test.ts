import { permissionsOf } from '@countersign/kernel/console.ts'
import { type PolicyProof, provePolicies } from '@countersign/kernel/policy-proof/prove-policies.ts'
import { beforeAll, expect, test } from 'vitest'
import { declarations } from './declarations.ts'
import { declaredConsoles } from './declared-consoles.ts'
import { roles } from './roles.ts'

/** Enumerating every case takes a while where the machine is busy. */
const PATIENT_MS = 120_000

let proof: PolicyProof
beforeAll(() => {
  proof = provePolicies({ consoles: declarations, roles, now: new Date() })
}, PATIENT_MS)

const property = ({ properties }: PolicyProof, name: string) => properties.find((each) => each.name === name)
const drafted = (text: string) =>
  provePolicies({ consoles: declarations, roles, draft: { 'draft.cedar': text }, now: new Date() })

test('K-10 I11 every standing property holds of the consoles that are installed, and speaks of something', () => {
  expect(proof.properties.filter(({ broken, checked }) => broken > 0 || checked === 0)).toEqual([])
})

test('K-10 every role, every pair of roles and every permission is asked about, by the rules that decide in production', () => {
  const { role_sets, permissions } = proof.counts
  expect(role_sets).toBe(1 + roles.length + (roles.length * (roles.length - 1)) / 2)
  expect(permissions).toBe(permissionsOf(declarations).length)
  const { access } = declaredConsoles()
  expect(proof.rules).toBe(access.version)
  const listed = proof.may.flatMap((group) => group.permissions)
  expect(listed.map(({ permission }) => permission).toSorted()).toEqual([...access.permissions()].toSorted())
  for (const each of listed) {
    expect([each.permission, each.roles]).toEqual([each.permission, access.rolesFor(each.permission)])
  }
})

test('K-10 whatever can be asked for, agreed to or read has words of its own', () => {
  const words = proof.may.flatMap((group) => group.permissions.map((each) => each.words))
  expect(words.filter((each) => !/^(ask for|agree to|read|write) /.test(each))).toEqual([])
})

test(
  'K-10 I11 a rule that lets the platform’s people at money is forbidden all the same, and named where a role of that console is on no side; one that shows them a transfer is named',
  () => {
    const loose = drafted(`
      @id("draft.money") permit (principal in Console::"platform", action == Action::"transfers.return_transfer", resource);
      @id("draft.reads") permit (principal in Role::"platform/OPS_ADMIN", action == Action::"transfers:read", resource);`)
    const money = property(loose, 'platform-moves-no-money')
    expect([...new Set(money?.counterexamples.flatMap((each) => each.roles ?? []))]).toEqual([
      'platform/MERCHANT',
      'platform/finance_reader',
    ])
    expect(property(loose, 'platform-keeps-out-of-finance')?.counterexamples[0]).toMatchObject({
      roles: ['platform/OPS_ADMIN'],
      permission: 'transfers:read',
      policies: ['draft.reads'],
    })
  },
  PATIENT_MS,
)
