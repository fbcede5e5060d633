import { randomUUID } from 'node:crypto'
import { type SmallProduct, startSmallProduct } from '@countersign/testkit/small-console.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { recordDenial } from '../actions/record-denial.ts'
import { mountConsole, permissionsOf } from '../console.ts'
import type { Kernel } from '../kernel.ts'
import { kernelConsole } from '../kernel-console.ts'
import { makeAccess, type RoleDeclaration } from './access.ts'

const TELLER: RoleDeclaration = { role: 'till/TELLER', title: 'Teller', side: 'money' }
const ENGINEER: RoleDeclaration = { role: 'engine/ENGINEER', title: 'Engineer', side: 'platform' }
const CLEANER: RoleDeclaration = { role: 'engine/CLEANER', title: 'Cleaner' }

let small: SmallProduct
let kernel: Kernel
beforeAll(async () => {
  small = await startSmallProduct({ class: 'A' })
  const console = (name: string, roles: readonly RoleDeclaration[]) =>
    mountConsole(
      {
        ...kernelConsole,
        ...{ name, title: name, roles, policies: {}, readPermissions: [`${name}:read`] },
        ...{ entities: [], actions: [], queues: [], projections: [], ingest: [] },
      },
      undefined,
    )
  const access = makeAccess({
    roles: [TELLER, ENGINEER, CLEANER],
    permissions: permissionsOf([console('till', [TELLER]), console('engine', [ENGINEER, CLEANER])]),
    policies: {},
  })
  kernel = { ...small.kernels.app, access }
}, 120_000)
afterAll(() => small?.database.drop())

const denied = async (role: RoleDeclaration, action: string, movesMoney = false) => {
  const httpRequestId = randomUUID()
  const known = await small.person(randomUUID(), [])
  await recordDenial(
    kernel,
    { ...known, roles: [role.role] },
    { httpRequestId, ip: '127.0.0.1', userAgent: 'test' },
    { action, movesMoney, code: 'forbidden' },
  )
  const { rows } = await small.database
    .pool('superuser')
    .query(`SELECT kind, severity FROM kernel.audit_entry WHERE http_request_id = $1`, [httpRequestId])
  return rows
}
const BREACH = [{ kind: 'security', severity: 'HIGH' }]
const DENIAL = [{ kind: 'denial', severity: null }]

test('K-09 which side a role is on, and whose money a permission is about, is as declared and not a matter of names', async () => {
  expect(await denied(ENGINEER, 'till:read')).toEqual(BREACH)
  expect(await denied(CLEANER, 'till:read')).toEqual(DENIAL)
  expect(await denied(ENGINEER, 'engine:read')).toEqual(DENIAL)
  expect(await denied(TELLER, 'till:read')).toEqual(DENIAL)
  expect(await denied(ENGINEER, 'requests:approve', true)).toEqual(BREACH)
})
