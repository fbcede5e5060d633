import { randomUUID } from 'node:crypto'
import { type Answer, type Client, type Product, startProduct } from '@countersign/testkit/product.ts'
import { type SeededReturn, seededReturns } from '@countersign/testkit/seeded-records.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { auditOf } from '../actions/audit-parts.ts'
import { commitWrite } from '../actions/commit-write.ts'

let product: Product
let admin: Client
let second: Client
let third: Client
let take: () => SeededReturn

beforeAll(async () => {
  product = await startProduct({ worker: false, webhooks: false })
  admin = await product.as('transfers/ADMIN', { email: 'ann@example.test' })
  second = await product.as('transfers/ADMIN-2', { email: 'bob@example.test' })
  third = await product.as('transfers/ADMIN', { sub: 'admin-three' })
  for (const each of [admin, second, third]) await each.get('/v1/me')
  take = await seededReturns(product)
}, 120_000)
afterAll(() => product?.close())

/** Somebody who has signed in and whom the provider gives no role, or these. */
async function newcomer(id: string, roles: string[] = [], email?: string): Promise<Client> {
  const somebody = await product.as('x', { sub: id, roles, email })
  await somebody.get('/v1/me')
  return somebody
}
async function ask(
  action: 'grant_role' | 'revoke_role',
  id: string,
  input: object,
  by = admin,
  code = 'joined',
): Promise<Answer> {
  const path = `/v1/actions/kernel.${action}`
  const target = { kind: 'person', id }
  const preview = await by.post(`${path}/preview`, { target, input })
  if (preview.status !== 200) return preview
  return by.post(path, { target, input, reason: { code }, preview_digest: preview.body.preview_digest })
}
const agree = (asked: Answer, by = second) =>
  by.post(`/v1/requests/${asked.body.id}/approve`, { digest: asked.body.digest })
const rolesOf = async (who: Client): Promise<string[]> => (await who.get('/v1/me')).body.roles ?? []

describe('K-46 role grants', () => {
  test('K-46 two people give a role, and it counts from the next request on; one takes it away, and it is gone at once', async () => {
    const lee = await newcomer('lee')
    const asked = await ask('grant_role', 'lee', { role: 'transfers/OPS' })
    expect(asked).toMatchObject({ status: 202, body: { state: 'pending', approvals: { required: 1 } } })
    expect(await rolesOf(lee)).toEqual([])
    expect(await agree(asked)).toMatchObject({ status: 200, body: { state: 'executed' } })
    expect(await rolesOf(lee)).toEqual(['transfers/OPS'])
    expect((await lee.get('/v1/queues')).body.queues.length).toBeGreaterThan(0)

    const revoked = await ask('revoke_role', 'lee', { role: 'transfers/OPS' }, second, 'left')
    expect(revoked).toMatchObject({ status: 200, body: { state: 'executed' } })
    expect(await rolesOf(lee)).toEqual([])
    expect((await lee.get('/v1/queues')).status).toBe(403)
    const { rows } = await product.superuser.query(
      `SELECT g.granted_by, g.request_id, r.revoked_by FROM kernel.role_grant g LEFT JOIN kernel.role_revocation r USING (grant_id)
        WHERE g.person_id = 'lee'`,
    )
    expect(rows).toEqual([{ granted_by: admin.id, request_id: asked.body.id, revoked_by: second.id }])
  })

  test('case 13: K-46 I12 nobody gives themselves a role, nor signs one that is for them', async () => {
    expect(await ask('grant_role', admin.id, { role: 'transfers/OPS' })).toMatchObject({
      status: 409,
      body: { code: 'own_roles' },
    })
    // By a chain of two: one asks for the other, who signs.
    const asked = await ask('grant_role', second.id, { role: 'transfers/OPS' })
    expect(asked.status).toBe(202)
    expect(await agree(asked, second)).toMatchObject({ status: 403, body: { code: 'own_roles' } })
    expect(await agree(asked, admin)).toMatchObject({ status: 403, body: { code: 'own_request' } })
    expect(await rolesOf(second)).toEqual(['transfers/ADMIN'])
    // Nor past our code, with the server's own login to the database: no grant, no event that makes one, none by a write of no request.
    const app = product.database.pool('app')
    for (const insert of [
      `INSERT INTO kernel.role_grant (grant_id, person_id, role, granted_by)
       VALUES (gen_random_uuid(), $1, 'transfers/OPS', 'cli')`,
      `INSERT INTO kernel.event (event_id, stream, version, type, schema_version, source, actor_id, refs, payload, occurred_at)
       VALUES (gen_random_uuid(), 'kernel.person/' || $1, 1, 'kernel.person.role_granted', 1, 'countersign', $1, '{}',
               '{"role": "transfers/OPS"}', now())`,
    ])
      await expect(app.query(insert, [second.id]), insert).rejects.toMatchObject({ code: '42501' })
    const alone = commitWrite(app, {
      tenant_id: null,
      events: [
        {
          event_id: randomUUID(),
          stream: `kernel.person/${second.id}`,
          type: 'kernel.person.role_granted',
          schema_version: 1,
          source: 'countersign',
          actor_id: second.id,
          refs: [],
          payload: { role: 'transfers/OPS' },
          occurred_at: new Date().toISOString(),
        },
      ],
      audit: auditOf(
        { now: () => new Date() },
        { kind: 'system', actor: { id: second.id, roles: [] }, outcome: 'granted' },
      ),
    })
    await expect(alone).rejects.toMatchObject({
      code: '23001',
      message: expect.stringContaining('kernel.person.role_granted on kernel.person/'),
    })
    expect(await rolesOf(second)).toEqual(['transfers/ADMIN'])
  })

  test('case 13: K-46 I12 nor for another account of theirs, as who asks or as who signs', async () => {
    const anns = await newcomer('ann-too', [], 'Ann@example.test')
    const bobs = await newcomer('bob-too', [], 'bob@example.test')
    expect(await ask('grant_role', anns.id, { role: 'transfers/OPS' })).toMatchObject({
      status: 409,
      body: { code: 'own_roles' },
    })
    const asked = await ask('grant_role', bobs.id, { role: 'transfers/OPS' })
    expect(await agree(asked)).toMatchObject({ status: 403, body: { code: 'own_roles' } })
    expect([await rolesOf(anns), await rolesOf(bobs)]).toEqual([[], []])
    expect((await agree(asked, third)).body.state).toBe('executed')
    expect(await rolesOf(bobs)).toEqual(['transfers/OPS'])
  })

  test('case 14: K-46 a role of the other side is refused when it is asked for, and when it is held by then', async () => {
    await newcomer('pat', ['platform/OPS_ADMIN'])
    expect(await ask('grant_role', 'pat', { role: 'transfers/OPS' })).toMatchObject({
      status: 409,
      body: { code: 'roles_in_conflict' },
    })
    // Between the asking and the signature the provider comes to assert a role of the other side.
    const sam = await newcomer('sam')
    const asked = await ask('grant_role', 'sam', { role: 'transfers/OPS' })
    expect(asked.status).toBe(202)
    await product
      .as('x', { sub: 'sam', roles: ['platform/OPS_ADMIN'] })
      .then((changed) => changed.get('/v1/me'))
    const signed = await agree(asked)
    expect(signed).toMatchObject({ status: 409 })
    expect(await rolesOf(sam)).not.toContain('transfers/OPS')
  })

  test.each([
    [{}, 'input.role'],
    [{ role: 'transfers/KING' }, 'input.role'],
    [{ role: 'treasury/pay_admin' }, 'input.role'],
    [{ role: 'kernel/auditor' }, 'input.role'],
    [{ role: 'transfers/OPS', expires_at: '2020-01-01T00:00:00Z' }, 'input.expires_at'],
    [{ role: 'transfers/OPS', expires_at: 'tomorrow' }, 'input.expires_at'],
    [{ role: 'transfers/OPS', quorum: 0 }, 'input.quorum'],
  ])('K-46 %j is refused by the field', async (input, field) => {
    await newcomer('kim')
    const refused = await ask('grant_role', 'kim', input)
    expect(refused.status).toBe(400)
    expect(refused.body.errors[0].field).toBe(field)
  })

  test('K-46 a role that ends by itself does; a second of the same kind is refused while it lasts', async () => {
    const rui = await newcomer('rui')
    const soon = new Date(Date.now() + 3600_000).toISOString()
    await agree(await ask('grant_role', 'rui', { role: 'transfers/OPS', expires_at: soon }))
    expect(await rolesOf(rui)).toEqual(['transfers/OPS'])
    expect(await ask('grant_role', 'rui', { role: 'transfers/OPS' })).toMatchObject({
      body: { code: 'already_held' },
    })
    await product.superuser.query(`
      ALTER TABLE kernel.role_grant DISABLE TRIGGER USER;
      UPDATE kernel.role_grant SET expires_at = now() - interval '1 s' WHERE person_id = 'rui';
      ALTER TABLE kernel.role_grant ENABLE ALWAYS TRIGGER refuse_change;
      ALTER TABLE kernel.role_grant ENABLE ALWAYS TRIGGER refuse_conflicting_grant;`)
    expect(await rolesOf(rui)).toEqual([])
  })

  test('K-17 who got the role from the requester signs nothing of theirs for 24 hours', async () => {
    const uma = await newcomer('uma')
    await agree(await ask('grant_role', 'uma', { role: 'transfers/ADMIN' }))
    const { id, code } = take()
    const asked = await admin.post('/returns', { transferId: id, reason: code })
    expect(await agree(asked, uma)).toMatchObject({ status: 403, body: { code: 'granted_by_requester' } })
    expect((await agree(asked, third)).status).toBe(200)
  })

  test('K-17 nor who got it by their agreement', async () => {
    const una = await newcomer('una')
    await agree(await ask('grant_role', 'una', { role: 'transfers/ADMIN' }))
    const { id, code } = take()
    const asked = await second.post('/returns', { transferId: id, reason: code })
    expect(await agree(asked, una)).toMatchObject({ status: 403, body: { code: 'granted_by_requester' } })
    expect((await agree(asked, third)).status).toBe(200)
  })

  test('case 1: K-17 nor of what the requester asks for with another account', async () => {
    const other = await newcomer('ann-ops', ['transfers/OPS'], 'ann@example.test')
    const uli = await newcomer('uli')
    await agree(await ask('grant_role', 'uli', { role: 'transfers/ADMIN' }))
    const { id, code } = take()
    const asked = await other.post('/returns', { transferId: id, reason: code })
    expect(await agree(asked, uli)).toMatchObject({ status: 403, body: { code: 'granted_by_requester' } })
  })

  test('K-46 K-08 others neither grant roles nor read who holds which', async () => {
    const ops = await product.as('transfers/OPS')
    expect((await ask('grant_role', 'lee', { role: 'transfers/OPS' }, ops)).status).toBe(403)
    expect((await ops.get('/v1/entities/person/lee')).status).toBe(404)
    expect((await ops.get('/v1/access-review')).status).toBe(403)
    expect((await ask('revoke_role', admin.id, { role: 'transfers/ADMIN' }, ops)).status).toBe(403)
  })

  test('K-46 what the provider asserts is not taken away here', async () => {
    expect(await ask('revoke_role', second.id, { role: 'transfers/ADMIN' })).toMatchObject({
      status: 409,
      body: { code: 'nothing_granted' },
    })
  })
})

/** What was done, and between which moments by the database's clock, in whole ms since 1970. */
async function timed(what: () => Promise<unknown>): Promise<{ from: number; to: number }> {
  const read = async () => {
    const { rows } = await product.superuser.query<{ ms: string }>(
      'SELECT extract(epoch FROM clock_timestamp()) * 1000 AS ms',
    )
    return Number(rows[0]?.ms)
  }
  const from = Math.floor(await read())
  await what()
  return { from, to: Math.ceil(await read()) }
}

describe('K-46 the access review', () => {
  test('K-46 says who holds what, since when, from whom, and when they last did anything', async () => {
    await newcomer('nia')
    const asked = await ask('grant_role', 'nia', { role: 'transfers/COMPLIANCE' })
    const granted = await timed(() => agree(asked))
    const seen = await timed(async () => newcomer('ivo', ['transfers/OPS']))
    const holders = await everything('/v1/access-review?limit=3')
    const of = (id: string) => holders.filter((holder) => holder.person.id === id)
    expect(of('nia')).toEqual([
      expect.objectContaining({
        role: 'transfers/COMPLIANCE',
        source: 'grant',
        granted_by: admin.id,
        request_id: asked.body.id,
        last_used_at: null,
        dormant: false,
      }),
    ])
    for (const [id, { from, to }] of [
      ['nia', granted],
      ['ivo', seen],
    ] as const) {
      const since = Date.parse(of(id)[0]?.since ?? '')
      expect([id, since >= from, since <= to]).toEqual([id, true, true])
    }
    expect(of(admin.id)).toEqual([
      expect.objectContaining({
        role: 'transfers/ADMIN',
        source: 'identity_provider',
        last_used_at: expect.stringMatching(/^20/),
      }),
    ])
    const auditor = await product.as('kernel/auditor')
    expect((await auditor.get('/v1/access-review?role=transfers/COMPLIANCE')).body.holders).toEqual(of('nia'))
    expect((await admin.get('/v1/access-review?console=hub')).body.holders).toEqual([])
    expect((await admin.get('/v1/access-review?limit=500')).status).toBe(400)
    expect((await admin.get('/v1/access-review?who=me')).body.errors[0].field).toBe('who')
  })

  test('K-46 flags who has done nothing for 90 days', async () => {
    await newcomer('old-hand')
    await agree(await ask('grant_role', 'old-hand', { role: 'transfers/OPS' }))
    await product.superuser.query(
      `UPDATE kernel.person SET created_at = now() - interval '91 days' WHERE person_id = 'old-hand'`,
    )
    const dormant = (await admin.get('/v1/access-review?dormant=true')).body.holders
    expect(dormant.map((holder: { person: { id: string } }) => holder.person.id)).toEqual(['old-hand'])

    // Of those who did something, it is how long ago they last did.
    const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000)
    for (const [id, days] of [
      ['long-gone', 91],
      ['soon-gone', 89],
    ] as const) {
      await newcomer(id)
      await agree(await ask('grant_role', id, { role: 'transfers/OPS' }))
      const at = { now: () => daysAgo(days) }
      const committed = await commitWrite(product.database.pool('app'), {
        tenant_id: null,
        events: [],
        audit: auditOf(at, { kind: 'sign_in', actor: { id, roles: [] }, outcome: 'signed_in' }),
      })
      expect(committed.ok).toBe(true)
    }
    const { holders } = (await admin.get('/v1/access-review?dormant=true')).body
    expect(holders.map((holder: { person: { id: string } }) => holder.person.id)).toEqual([
      'long-gone',
      'old-hand',
    ])
    expect(holders[0].last_used_at.slice(0, 10)).toBe(daysAgo(91).toISOString().slice(0, 10))
  })

  test('K-46 K-17 flags who has no address by which another account of theirs could be told', async () => {
    await newcomer('unaddressed', ['transfers/OPS'])
    await newcomer('blank', ['transfers/OPS'], ' ')
    await newcomer('addressed', ['transfers/OPS'], 'ad@example.test')
    const holders = await everything('/v1/access-review?role=transfers/OPS')
    const flag = (id: string) => holders.find((holder) => holder.person.id === id)?.no_address
    expect(['unaddressed', 'blank', 'addressed'].map(flag)).toEqual([true, true, false])
  })

  test('K-46 K-17 names the accounts that count as one human’s with each', async () => {
    await newcomer('kim', ['transfers/OPS'], 'kim@example.test')
    await newcomer('kim-too', ['transfers/COMPLIANCE'], 'kim@example.test')
    await newcomer('kim-too', ['transfers/COMPLIANCE'], 'kim.too@example.test')
    const holders = await everything('/v1/access-review?limit=50')
    const others = (id: string) => holders.find((holder) => holder.person.id === id)?.one_human_with
    expect(others('kim')).toEqual([{ id: 'kim-too', name: 'x' }])
    expect(others('kim-too')).toEqual([{ id: 'kim', name: 'x' }])
    expect(others('addressed')).toEqual([])
  })

  test('K-46 flags who holds roles of both sides', async () => {
    const torn = await product.as('x', { sub: 'torn', roles: ['transfers/OPS', 'platform/PLATFORM_ADMIN'] })
    await torn.get('/v1/me')
    const holders = await everything('/v1/access-review?limit=50')
    const flagged = holders.filter(({ conflict }) => conflict)
    expect(new Set(flagged.map(({ person }) => person.id))).toEqual(new Set(['torn']))
    const { body } = await admin.get('/v1/entities/person/torn')
    expect(body).toMatchObject({ state: 'roles in conflict' })
  })

  test('K-46 tells who joined and who left, granted here or asserted by the provider', async () => {
    await newcomer('jo', ['transfers/OPS'])
    await product.as('x', { sub: 'jo', roles: [] }).then((changed) => changed.get('/v1/me'))
    const { changes } = (await admin.get('/v1/access-review/changes?days=1&console=transfers')).body
    const told = (id: string) =>
      changes
        .filter((change: { person: { id: string } }) => change.person.id === id)
        .map(({ change, role, source }: Record<string, string>) => `${change} ${role} ${source}`)
    expect(told('jo')).toEqual([
      'left transfers/OPS identity_provider',
      'joined transfers/OPS identity_provider',
    ])
    expect(told('lee')).toEqual(['left transfers/OPS grant', 'joined transfers/OPS grant'])
  })
})

type Holder = {
  person: { id: string }
  role: string
  since: string
  conflict: boolean
  no_address: boolean
  one_human_with: { id: string; name: string }[]
}
/** Every page of a list, one after the other. */
async function everything(path: string): Promise<Holder[]> {
  const found: Holder[] = []
  for (let cursor: string | null = ''; cursor !== null; ) {
    const { body }: Answer = await admin.get(`${path}${cursor === '' ? '' : `&cursor=${cursor}`}`)
    found.push(...body.holders)
    cursor = body.next_cursor
  }
  return found
}
