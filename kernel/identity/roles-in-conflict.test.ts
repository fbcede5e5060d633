import { randomUUID } from 'node:crypto'
import { entriesOf, latestEntries } from '@countersign/testkit/audit-entries.ts'
import { openBrowser } from '@countersign/testkit/browser.ts'
import { type Product, startProduct } from '@countersign/testkit/product.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'

let product: Product

beforeAll(async () => {
  product = await startProduct({ issuer: true, worker: false, webhooks: false })
}, 120_000)
afterAll(() => product?.close())

/** Somebody who has not been seen yet. */
const known = async (id: string, asserted: readonly string[] = []) => {
  await product.superuser.query(
    `INSERT INTO kernel.person (person_id, kind, issuer, subject, asserted_roles) VALUES ($1, 'person', $2, $1, $3)`,
    [id, product.issuer?.url, asserted],
  )
  return id
}
/** As the owner of the tables, whom triggers bind as they bind everybody. */
const grant = (person: string, role: string, by = 'system:test') =>
  product.superuser.query(
    'INSERT INTO kernel.role_grant (grant_id, person_id, role, granted_by) VALUES ($1, $2, $3, $4)',
    [randomUUID(), person, role, by],
  )

test('K-46 a token with roles of both sides enters neither, and that is a security event of severity HIGH', async () => {
  const both = await product.as('transfers/OPS', {
    sub: 'both-sides',
    roles: ['transfers/OPS', 'platform/OPS_ADMIN'],
  })
  for (const path of ['/v1/me', '/v1/queues', '/v1/actions']) {
    const refused = await both.get(path)
    expect(refused.status, path).toBe(403)
    expect(refused.body.code).toBe('roles_in_conflict')
    expect(await entriesOf(product, refused.body.request_id)).toEqual([
      expect.objectContaining({
        kind: 'security',
        event_sub_type: 'ROLES_IN_CONFLICT',
        severity: 'HIGH',
        actor: { id: 'both-sides', roles: [] },
      }),
    ])
  }
})

test('K-46 roles of two consoles on the same side are held together', async () => {
  const two = await product.as('transfers/OPS', {
    sub: 'two-consoles',
    roles: ['transfers/OPS', 'treasury/ops'],
  })
  expect((await two.get('/v1/me')).body.roles).toEqual(['transfers/OPS', 'treasury/ops'])
  const merchant = await product.as('x', { sub: 'merchant', roles: ['transfers/OPS', 'platform/MERCHANT'] })
  expect((await merchant.get('/v1/me')).status).toBe(200)
})

test('K-46 P-11 at sign-in what was granted here yields to the other side that the provider asserts, and that is a security event', async () => {
  await grant(await known('transfers-OPS-2'), 'platform/PLATFORM_ADMIN')
  const browser = openBrowser(product.url)
  await browser.signIn('transfers/OPS-2')
  // Whoever gives somebody a role before their first sign-in keeps them from nothing by it.
  expect((await browser.send('GET', '/v1/me')).body.roles).toEqual(['transfers/OPS'])
  const { rows } = await product.superuser.query(`SELECT kernel.current_roles('transfers-OPS-2') AS roles`)
  expect(rows).toEqual([{ roles: ['transfers/OPS'] }])
  expect(await latestEntries(product, 'transfers-OPS-2', 5)).toContainEqual(
    expect.objectContaining({
      kind: 'security',
      event_sub_type: 'ROLES_IN_CONFLICT',
      severity: 'HIGH',
      outcome: 'granted_roles_left_out',
      detail: expect.objectContaining({ left_out: ['platform/PLATFORM_ADMIN'] }),
    }),
  )
  // And by token alike.
  const byToken = await product.as('transfers/OPS', { sub: 'transfers-OPS-2' })
  expect((await byToken.get('/v1/me')).body.roles).toEqual(['transfers/OPS'])
})

test('K-46 K-03 a session whose person comes into conflict is turned away on its next request', async () => {
  const browser = openBrowser(product.url)
  await browser.signIn('transfers/ADMIN-2')
  await product.superuser.query(
    `UPDATE kernel.person SET asserted_roles = '{transfers/ADMIN,platform/OPS_ADMIN}'
      WHERE person_id = 'transfers-ADMIN-2'`,
  )
  expect((await browser.send('GET', '/v1/me')).body.code).toBe('roles_in_conflict')
  const { rows } = await product.superuser.query(`SELECT kernel.current_roles('transfers-ADMIN-2') AS roles`)
  expect(rows).toEqual([{ roles: [] }])
})

test('K-46 the database refuses a grant that conflicts, with what is asserted or with what was granted', async () => {
  await known('asserted-money', ['treasury/pay_admin'])
  await expect(grant('asserted-money', 'platform/OPS_ADMIN')).rejects.toMatchObject({
    code: 'CS409',
    constraint: 'roles_in_conflict',
  })
  await known('granted-platform')
  await grant('granted-platform', 'platform/PLATFORM_ADMIN')
  await expect(grant('granted-platform', 'marketplace/finance_admin')).rejects.toMatchObject({
    code: 'CS409',
  })
  await expect(grant('granted-platform', 'platform/OPS_ADMIN')).resolves.toBeDefined()
})

test('K-46 of two grants at once that conflict, one holds', async () => {
  await known('raced')
  const outcomes = await Promise.allSettled([
    grant('raced', 'transfers/OPS'),
    grant('raced', 'platform/OPS_ADMIN'),
  ])
  expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
})

test('K-46 nobody grants a role to themselves', async () => {
  await known('climber', ['transfers/OPS'])
  await expect(grant('climber', 'transfers/ADMIN', 'climber')).rejects.toMatchObject({
    code: 'CS403',
    constraint: 'self_grant',
  })
})

test.each(['app', 'dispatcher', 'sequencer', 'signer', 'auditor'] as const)(
  'K-46 as %s no role is granted, revoked or asserted by SQL, and nobody is made or unmade',
  async (role) => {
    const pool = product.database.pool(role, { max: 1 })
    for (const statement of [
      `INSERT INTO kernel.role_grant (grant_id, person_id, role, granted_by)
       VALUES (gen_random_uuid(), 'climber', 'transfers/ADMIN', 'somebody')`,
      `UPDATE kernel.person SET asserted_roles = '{transfers/ADMIN}'`,
      'DELETE FROM kernel.role_revocation',
      'DELETE FROM kernel.person',
      `UPDATE kernel.role SET side = NULL`,
      `SELECT kernel.make_first_administrator(gen_random_uuid(), 'i', 's', 'p', 'transfers/ADMIN')`,
    ]) {
      await expect(pool.query(statement), statement).rejects.toMatchObject({ code: '42501' })
    }
  },
)

test('K-46 a person is never deleted, not by the owner either', async () => {
  for (const statement of [
    `DELETE FROM kernel.person WHERE person_id = 'raced'`,
    'TRUNCATE kernel.person CASCADE',
  ]) {
    await expect(product.superuser.query(statement)).rejects.toMatchObject({ code: '23001' })
  }
})
