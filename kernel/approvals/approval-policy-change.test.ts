import { changePolicy, returnRule } from '@countersign/testkit/approval-policy.ts'
import { type Client, eventually, type Product, startProduct } from '@countersign/testkit/product.ts'
import { type SeededReturn, seededReturns } from '@countersign/testkit/seeded-records.ts'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'

let product: Product
let ops: Client
let admin: Client
let compliance: Client
let take: () => SeededReturn

beforeAll(async () => {
  product = await startProduct({ worker: false, webhooks: false })
  ops = await product.as('transfers/OPS')
  admin = await product.as('transfers/ADMIN')
  compliance = await product.as('transfers/COMPLIANCE')
  take = await seededReturns(product)
}, 120_000)
afterAll(() => product?.close())

const CHANGE = '/v1/actions/kernel.change_approval_policy'
const target = { kind: 'approval_policy', id: 'transfers' }
async function askToChange(rules: unknown, by = admin, console = 'transfers') {
  const change = { target: { ...target, id: console }, input: { rules } }
  const preview = await by.post(`${CHANGE}/preview`, change)
  if (preview.status !== 200) return preview
  return by.post(CHANGE, {
    ...change,
    reason: { code: 'limit_review' },
    preview_digest: preview.body.preview_digest,
  })
}
type Asked = { id: string; digest: string }
const approve = ({ id, digest }: Asked, by: Client) => by.post(`/v1/requests/${id}/approve`, { digest })
async function askReturn(by = ops): Promise<Asked & { approvals: { required: number } }> {
  const { id, code } = take()
  const asked = await by.post('/returns', { transferId: id, reason: code })
  expect(asked.status).toBe(202)
  return asked.body
}
const requiredFor = async (by: Client, transfer: string) => {
  const { body } = await by.post('/v1/actions/transfers.return_transfer/preview', {
    target: { kind: 'transfer', id: transfer },
  })
  return body.approvals?.required ?? body.code
}
/** The effect is delivered, or is found to rest on what holds no more. */
async function dispatched({ id }: Asked) {
  product.startWorker()
  const settled = await eventually('an outcome', async () => {
    const { body } = await admin.get(`/v1/requests/${id}`)
    return !['authorized', 'dispatching'].includes(body.state) && body
  })
  await product.stopWorker()
  return { state: settled.state, why: settled.transitions.at(-1).why }
}

describe('K-14 the rules are changed by three people', () => {
  test('K-14 one administrator asks, two other people agree, and only then it holds', async () => {
    const transfer = take().id
    const asked = await askToChange([returnRule({ required: 3 })])
    expect(asked).toMatchObject({ status: 202, body: { state: 'pending', approvals: { required: 2 } } })
    expect((await approve(asked.body, admin)).body.code).toBe('own_request')
    expect((await approve(asked.body, ops)).status).toBe(403)
    expect((await approve(asked.body, compliance)).body.state).toBe('pending')
    expect(await requiredFor(ops, transfer)).toBe(1)
    const last = await approve(asked.body, await product.as('transfers/ADMIN-2'))
    expect(last.body.state).toBe('executed')
    expect(await requiredFor(ops, transfer)).toBe(3)
    const { body } = await admin.get('/v1/entities/approval_policy/transfers')
    expect(body).toMatchObject({ state: 'revision 1', data: { rules: [{ required: 3 }] } })
  })

  test('K-14 what would change nothing is not asked for: the same rules in another order, the same people', async () => {
    const { rules, break_glass } = (await admin.get('/v1/entities/approval_policy/transfers')).body.data
    const more = returnRule({
      required: 2,
      when: { amount_over: { amount: '5000.00', currency: 'USD' } },
    })
    await changePolicy(product, [...rules, more], ['sam', 'mary'])
    const path = '/v1/actions/kernel.change_approval_policy/preview'
    const target = { kind: 'approval_policy', id: 'transfers' }
    const inForce = { rules: [more, ...rules], break_glass: ['mary', 'sam'] }
    for (const input of [inForce, { rules: [...rules, more] }]) {
      expect(await admin.post(path, { target, input })).toMatchObject({
        status: 409,
        body: { code: 'nothing_changed', detail: expect.stringContaining('rules and break_glass') },
      })
    }
    const alone = await admin.post(path, { target, input: { ...inForce, break_glass: ['mary', admin.id] } })
    expect(alone.status).toBe(200)
    expect(alone.body.warnings).toEqual([
      'Without the role transfers/ADMIN, mary cannot break the glass, on the list or not.',
    ])
    const able = await admin.post(path, { target, input: { ...inForce, break_glass: [admin.id] } })
    expect(able.body.warnings ?? []).toEqual([])
    await changePolicy(product, rules, break_glass)
  })

  test('K-14 not by who has no say, nor for a console that is not there', async () => {
    expect((await askToChange([returnRule()], ops)).status).toBe(403)
    expect((await askToChange([returnRule()], compliance)).status).toBe(403)
    expect((await askToChange([returnRule()], admin, 'nowhere')).status).toBe(404)
  })

  test('K-14 without any rule every action has what it declares again', async () => {
    const transfer = take().id
    await changePolicy(product, [returnRule({ required: 3 })])
    expect(await requiredFor(ops, transfer)).toBe(3)
    await changePolicy(product, [])
    // Four eyes, as the action says.
    expect(await requiredFor(ops, transfer)).toBe(1)
    const { body } = await admin.get('/v1/entities/approval_policy/transfers')
    expect(body.data.rules).toEqual([])
  })

  test.each([
    ['an action there is not', [returnRule({ action: 'transfers.retrun_transfer' })], 'input.rules.0.action'],
    [
      'an action of another console',
      [returnRule(), returnRule({ action: 'kernel.claim_item' })],
      'input.rules.1.action',
    ],
    [
      'people who could never sign',
      [returnRule({ eligible_roles: ['transfers/ADMIN', 'transfers/OPS'] })],
      'input.rules.0.eligible_roles.1',
    ],
    ['nobody to sign', [returnRule({ eligible_roles: [] })], 'input.rules.0.eligible_roles'],
    ['more people than there are', [returnRule({ required: 11 })], 'input.rules.0.required'],
    ['half a second to decide', [returnRule({ expires_in_s: 0.5 })], 'input.rules.0.expires_in_s'],
    [
      'a condition nobody knows',
      [{ ...returnRule(), when: { weekday: 'monday' } }],
      'input.rules.0.when.weekday',
    ],
    [
      'money without its decimals',
      [returnRule({ when: { amount_over: { amount: '10', currency: 'USD' } } })],
      'input.rules.0.when.amount_over.amount',
    ],
    ['no list of rules', undefined, 'input.rules'],
  ])('K-14 rules that name %s are refused by the member', async (_what, rules, field) => {
    const refused = await askToChange(rules)
    expect(refused.status).toBe(400)
    expect(refused.body.errors.map((error: { field: string }) => error.field)).toContain(field)
  })
})

describe('K-14 the rules of the kernel’s own actions', () => {
  const own = (more: object = {}) => ({
    action: 'kernel.change_approval_policy',
    required: 2,
    eligible_roles: ['transfers/ADMIN', 'transfers/COMPLIANCE'],
    expires_in_s: 3600,
    ...more,
  })
  const claiming = { ...own({ required: 0, eligible_roles: [] }), action: 'kernel.claim_item' }

  test('are asked for by who changes the rules of a console, and agreed to by two others', async () => {
    expect((await askToChange([claiming], ops, 'kernel')).status).toBe(403)
    const asked = await askToChange([{ ...claiming, forbid: true }], admin, 'kernel')
    expect(asked).toMatchObject({ status: 202, body: { approvals: { required: 2 } } })
    expect((await approve(asked.body, admin)).body.code).toBe('own_request')
    expect((await approve(asked.body, compliance)).body.state).toBe('pending')
    const last = await approve(asked.body, await product.as('transfers/ADMIN-2'))
    expect(last.body.state).toBe('executed')
    const listed = await ops.get('/v1/actions')
    const claim = listed.body.actions.find(({ type }: { type: string }) => type === 'kernel.claim_item')
    expect(claim.forbidden).toContain('not allowed')
    await changePolicy(product, [], undefined, 'kernel')
    const again = await ops.get('/v1/actions')
    expect(
      again.body.actions.find(({ type }: { type: string }) => type === 'kernel.claim_item'),
    ).not.toHaveProperty('forbidden')
  })

  test.each([
    ['a prohibition to change them', own({ forbid: true }), 'input.rules.0.forbid'],
    [
      'one for some of those who ask',
      own({ forbid: true, when: { requester_role: 'transfers/ADMIN' } }),
      'input.rules.0.forbid',
    ],
    ['one person to agree to changes', own({ required: 1 }), 'input.rules.0.required'],
    ['more people than there are', own({ required: 10 }), 'input.rules.0.required'],
    [
      'a role that too few hold',
      own({ required: 9, eligible_roles: ['transfers/COMPLIANCE'] }),
      'input.rules.0.required',
    ],
  ])('never leave nobody who could change them back: %s is refused', async (_what, rule, field) => {
    const refused = await askToChange([rule], admin, 'kernel')
    expect(refused).toMatchObject({ status: 400, body: { errors: [{ field }] } })
  })

  test('let nothing be done by one person that the kernel asks two for', async () => {
    const { body } = await admin.get('/v1/entities/approval_policy/kernel')
    const asking: { type: string; declared: { required: number } }[] = body.data.actions.filter(
      ({ declared }: { declared: { required: number } }) => declared.required > 0,
    )
    expect(asking.map(({ type }) => type)).toContain('kernel.recover_audit_log')
    for (const { type } of asking) {
      const rule = { ...own({ required: 0, eligible_roles: [] }), action: type }
      const refused = await askToChange([rule], admin, 'kernel')
      expect({ type, errors: refused.body.errors }).toMatchObject({
        type,
        errors: [{ field: 'input.rules.0.required' }],
      })
    }
  })

  test('count people, not accounts, and not who asks', async () => {
    const role = 'transfers/ADMIN'
    const { rows } = await product.superuser.query<{ people: number }>(
      `SELECT count(DISTINCT kernel.human_of(person_id))::integer AS people FROM kernel.person
        WHERE kind = 'person' AND disabled_at IS NULL AND kernel.current_roles(person_id) && ARRAY[$1]`,
      [role],
    )
    const others = (rows[0]?.people ?? 0) - 1
    expect(others).toBeGreaterThanOrEqual(2)
    const asked = (required: number) =>
      askToChange([own({ required, eligible_roles: [role] })], admin, 'kernel')
    expect((await asked(others + 1)).status).toBe(400)
    const mine = { email: 'one-person@platform.test' }
    for (const sub of ['first-account', 'second-account']) {
      await (await product.as(role, { sub, ...mine })).get('/v1/me')
    }
    expect((await asked(others + 2)).status).toBe(400)
    expect((await asked(others + 1)).status).toBe(202)
  })

  test('name nobody who breaks the glass: no action of the kernel is carried out so', async () => {
    const change = { target: { ...target, id: 'kernel' }, input: { rules: [], break_glass: [admin.id] } }
    const refused = await admin.post(`${CHANGE}/preview`, change)
    expect(refused).toMatchObject({ status: 400, body: { errors: [{ field: 'input.break_glass' }] } })
  })
})

describe('K-14 the editor', () => {
  const simulate = (rules: unknown, by = compliance, days: unknown = 1) =>
    by.post('/v1/approval-policies/transfers/simulate', { rules, days })

  test('K-14 every version says who asked, who agreed, by which request, and what changed, in sentences', async () => {
    await changePolicy(product, [returnRule({ required: 2, expires_in_s: 7200 })], ['transfers-ADMIN'])
    const asked = await askToChange([
      returnRule({ required: 2, expires_in_s: 7200 }),
      returnRule({ forbid: true, when: { amount_over: { amount: '50.00', currency: 'USD' } } }),
    ])
    const seen = { label: 'Return transfer', before: 'no such rule' }
    const change = expect.objectContaining({
      ...seen,
      after: 'Return transfer, over 50.00 USD: not allowed, whoever agrees.',
    })
    expect((await admin.get(`/v1/requests/${asked.body.id}`)).body.evidence.preview.changes).toEqual([change])
    for (const by of [compliance, await product.as('transfers/ADMIN-2')]) await approve(asked.body, by)

    const { body } = await ops.get('/v1/approval-policies/transfers/versions?limit=2')
    const [newest, before] = body.versions
    expect(newest).toMatchObject({
      by: { id: 'transfers-ADMIN' },
      agreed: [{ id: 'transfers-COMPLIANCE' }, { id: 'transfers-ADMIN-2' }],
      request_id: asked.body.id,
      break_glass: ['transfers-ADMIN'],
    })
    expect(newest.changes).toEqual([change])
    const glass = { label: 'Who may break the glass', before: 'nobody', after: 'transfers/ADMIN' }
    expect(before.changes).toContainEqual(glass)
    const { data } = (await admin.get('/v1/entities/approval_policy/transfers')).body
    expect(data.break_glass_names).toEqual(['transfers/ADMIN'])
    expect(before).toMatchObject({ revision: newest.revision - 1, by: { id: 'policy-asking' } })
    expect(before.changes).toContainEqual({
      label: 'Return transfer',
      before: expect.stringMatching(/^Return transfer: /),
      after: 'Return transfer: 2 of transfers/ADMIN must agree within 2 h.',
      rules: {
        before: expect.objectContaining({ action: 'transfers.return_transfer' }),
        after: {
          action: 'transfers.return_transfer',
          required: 2,
          eligible_roles: ['transfers/ADMIN'],
          expires_in_s: 7_200,
        },
      },
    })
    const older = await ops.get(
      `/v1/approval-policies/transfers/versions?limit=2&cursor=${encodeURIComponent(body.next_cursor)}`,
    )
    expect(older.body.versions[0].revision).toBe(before.revision - 1)
    expect((await ops.get('/v1/approval-policies/nowhere/versions')).status).toBe(404)
  })

  test('K-14 what a draft would have decided otherwise is shown before it is asked for, and changes nothing', async () => {
    await changePolicy(product, [returnRule({ required: 1 })])
    const asked = await askReturn()
    const revision = (await admin.get('/v1/entities/approval_policy/transfers')).body.state
    const found = await simulate([returnRule({ forbid: true })], admin)
    expect(found).toMatchObject({ status: 200, body: { days: 1, up_to: null } })
    expect(found.body.requests).toContainEqual(
      expect.objectContaining({
        id: asked.id,
        title: 'Return transfer',
        otherwise: 'forbidden',
        draft: null,
      }),
    )
    expect(found.body.decided_otherwise).toBeLessThanOrEqual(found.body.replayed)
    const agreeing = await simulate([returnRule({ forbid: true })])
    expect(agreeing.body).toMatchObject({ decided_otherwise: found.body.decided_otherwise, requests: [] })
    const same = await simulate([returnRule({ required: 1 })], admin)
    expect(same.body.requests.map(({ id }: { id: string }) => id)).not.toContain(asked.id)
    expect((await admin.get('/v1/entities/approval_policy/transfers')).body.state).toBe(revision)
    expect((await simulate([returnRule()], ops)).status).toBe(403)
  })

  test.each([
    ['rules.0.eligible_roles.0', [returnRule({ eligible_roles: ['transfers/OPS'] })], 1],
    ['rules.1.when.requester_role', [returnRule(), returnRule({ when: { requester_role: 'x/Y' } })], 1],
    ['days', [returnRule()], 367],
    ['rules', undefined, 1],
  ])('K-14 a draft whose %s is wrong is refused by that member', async (field, rules, days) => {
    const refused = await simulate(rules, admin, days)
    expect(refused.status).toBe(400)
    expect(refused.body.errors[0]).toMatchObject({ field })
  })

  test('K-14 K-42 what a rule forbids is not allowed on the record and in the catalogue, with the reason, and nobody crosses it', async () => {
    const { id, code } = take()
    const offered = async () => {
      const { body } = await ops.get(`/v1/entities/transfer/${id}`)
      return body.affordances.find(({ action }: { action: string }) => action.endsWith('.return_transfer'))
    }
    const listed = async () => {
      const { body } = await ops.get('/v1/actions')
      return body.actions.find(({ type }: { type: string }) => type.endsWith('.return_transfer'))
    }
    await changePolicy(product, [returnRule()])
    expect(await offered()).toMatchObject({ allowed: true })
    expect(await listed()).not.toHaveProperty('forbidden')
    await changePolicy(product, [returnRule(), returnRule({ forbid: true })])
    const reason = 'The approval policy forbids this. Return transfer: not allowed, whoever agrees.'
    expect(await offered()).toMatchObject({ allowed: false, reason })
    expect(await listed()).toMatchObject({ forbidden: reason })
    for (const before of [{}, { emergency: true }, { break_glass: true }]) {
      const refused = await ops.post('/v1/actions/transfers.return_transfer', {
        target: { kind: 'transfer', id },
        input: {},
        reason: { code, note: 'at once' },
        preview_digest: `sha256:${'0'.repeat(64)}`,
        ...before,
      })
      expect(refused).toMatchObject({ status: 403, body: { code: 'forbidden_by_policy' } })
    }
  })

  test('K-14 rules that do not validate leave those in force as they were', async () => {
    await changePolicy(product, [returnRule({ required: 3 })])
    expect((await askToChange([returnRule({ required: 11 })])).status).toBe(400)
    expect(await requiredFor(ops, take().id)).toBe(3)
  })
})

describe('K-14 conditions', () => {
  test('K-14 K-42 amount, role of who asks, and outright prohibition decide what is asked for', async () => {
    const { transfers } = await product.upstream('/cts/transfers?state=return_received&limit=200')
    const usd = transfers.filter(
      (one: Amounted) => one.amount.currency === 'USD' && one.frozen_parties.length === 0,
    )
    const bySize = usd.sort((a: Amounted, b: Amounted) => Number(a.amount.amount) - Number(b.amount.amount))
    const [small, large] = [bySize[0], bySize.at(-1)]
    expect(Number(large.amount.amount)).toBeGreaterThan(Number(small.amount.amount))
    await changePolicy(product, [
      returnRule({ required: 1 }),
      returnRule({ required: 2, when: { amount_over: small.amount } }),
      returnRule({ required: 4, when: { requester_role: 'transfers/ADMIN' } }),
    ])
    expect(await requiredFor(ops, small.id)).toBe(1)
    expect(await requiredFor(ops, large.id)).toBe(2)
    expect(await requiredFor(admin, small.id)).toBe(4)
    await changePolicy(product, [
      returnRule(),
      returnRule({ forbid: true, when: { amount_over: small.amount } }),
    ])
    expect(await requiredFor(ops, large.id)).toBe('forbidden_by_policy')
    const denied = await ops.post('/returns', { transferId: large.id, reason: large.return.code })
    expect(denied).toMatchObject({ status: 403, body: { code: 'forbidden_by_policy' } })
    const { requests } = (await ops.get(`/v1/requests?state=denied&target_id=${large.id}`)).body
    expect(requests).toEqual([
      expect.objectContaining({ state: 'denied', target: { kind: 'transfer', id: large.id } }),
    ])
    expect(await requiredFor(ops, small.id)).toBe(1)
  })
})
type Amounted = {
  id: string
  amount: { amount: string; currency: string }
  return: { code: string }
  frozen_parties: string[]
}

describe('K-14 K-17 what changes between the request and its effect', () => {
  beforeEach(() => changePolicy(product, [returnRule({ required: 1 })]))

  test('K-14 case 8: tightened while it waits: it is stale when it is to be done', async () => {
    const asked = await askReturn()
    await changePolicy(product, [returnRule({ required: 2 })])
    expect((await approve(asked, admin)).body.state).toBe('authorized')
    expect(await dispatched(asked)).toEqual({
      state: 'stale',
      why: 'the approval policy now asks for more people',
    })
  })

  test('K-14 case 8: loosened while it waits: what it was asked under still holds', async () => {
    await changePolicy(product, [returnRule({ required: 2 })])
    const asked = await askReturn()
    expect(asked.approvals.required).toBe(2)
    await changePolicy(product, [returnRule({ required: 0 })])
    expect((await approve(asked, admin)).body.state).toBe('pending')
    expect((await approve(asked, await product.as('transfers/ADMIN-2'))).body.state).toBe('authorized')
    expect(await dispatched(asked)).toMatchObject({ state: 'executed' })
  })

  test('K-14 forbidden meanwhile: stale', async () => {
    const asked = await askReturn()
    await approve(asked, admin)
    await changePolicy(product, [returnRule({ forbid: true })])
    expect(await dispatched(asked)).toEqual({ state: 'stale', why: 'the approval policy now forbids this' })
  })

  test('K-17 case 6: an approver demoted, or the requester, before it is done: stale, and nothing happens', async () => {
    const [byAnother, asked] = [
      await askReturn(await product.as('transfers/OPS', { sub: 'leaving-ops' })),
      await askReturn(),
    ]
    const leaving = await product.as('transfers/ADMIN', { sub: 'leaving' })
    expect((await approve(asked, leaving)).body.state).toBe('authorized')
    await approve(byAnother, admin)
    for (const sub of ['leaving', 'leaving-ops'])
      await (await product.as('x', { sub, roles: [] })).get('/v1/me')
    expect(await dispatched(asked)).toEqual({
      state: 'stale',
      why: 'an approver no longer holds an eligible role',
    })
    expect(await dispatched(byAnother)).toEqual({
      state: 'stale',
      why: 'the requester may no longer do this',
    })
    const { effects } = (await (await fetch(`${product.sandboxUrl}/_sandbox/effects`)).json()) as {
      effects: { target: string }[]
    }
    const { body } = await admin.get(`/v1/requests/${asked.id}`)
    expect(effects.filter((effect) => effect.target.includes(body.target.id))).toEqual([])
  })

  test('K-14 K-17 the same holds for what takes effect here, at the last signature', async () => {
    const asking = await product.as('transfers/ADMIN', { sub: 'asking' })
    const leaving = await product.as('transfers/COMPLIANCE', { sub: 'leaving-too' })
    const asked = (await askToChange([returnRule({ required: 5 })], asking)).body
    expect((await approve(asked, leaving)).body.state).toBe('pending')
    await (await product.as('x', { sub: 'leaving-too', roles: [] })).get('/v1/me')
    expect((await approve(asked, compliance)).body.state).toBe('pending')

    await (await product.as('transfers/OPS', { sub: 'asking' })).get('/v1/me')
    const last = await approve(asked, admin)
    expect(last).toMatchObject({ status: 409, body: { code: 'requester_may_no_longer' } })
    expect(await requiredFor(ops, take().id)).toBe(1)
  })

  test('K-14 of two changes asked for at once, the later to be agreed is asked for again', async () => {
    const first = (await askToChange([returnRule({ required: 2 })])).body
    const other = (await askToChange([returnRule({ required: 3 })])).body
    const third = await product.as('transfers/ADMIN-2')
    for (const by of [compliance, third]) await approve(first, by)
    expect((await approve(other, compliance)).body.code).toBe('target_changed')
    expect(await requiredFor(ops, take().id)).toBe(2)
  })
})

test('K-14 K-17 a pending request that is edited once the policy asks for nobody still has somebody who can agree', async () => {
  await changePolicy(product, [returnRule({ required: 1 })])
  const { id, code } = take()
  const asked = await ops.post('/returns', { transferId: id, reason: code })
  expect(asked.body).toMatchObject({ state: 'pending', approvals: { eligible_roles: ['transfers/ADMIN'] } })
  // The same once more would void what is signed, for nothing.
  const path = `/v1/requests/${asked.body.id}/edit`
  expect(await ops.post(path, { input: {}, reason: { code } })).toMatchObject({
    status: 409,
    body: { code: 'nothing_changed' },
  })
  expect((await ops.get(`/v1/requests/${asked.body.id}`)).body).toMatchObject({
    revision: 1,
    state: 'pending',
  })
  await changePolicy(product, [returnRule({ required: 0, eligible_roles: [] })])
  const edited = await ops.post(`/v1/requests/${asked.body.id}/edit`, {
    input: {},
    reason: { code, note: 'corrected' },
  })
  expect(edited).toMatchObject({
    status: 200,
    body: { revision: 2, approvals: { required: 1, eligible_roles: ['transfers/ADMIN'] } },
  })
  expect((await approve(edited.body, admin)).body.state).toBe('authorized')
})

// Last: it takes what the tests before it have left.
describe('K-14 a rolling limit', () => {
  const limit = (amount: string, more: object = {}) =>
    returnRule({
      required: 1,
      when: { sum_over: { limit: { amount, currency: 'USD' }, within_s: 86_400, per: 'requester', ...more } },
    })
  const returnsOf = async (count: number, currency = 'USD'): Promise<Amounted[]> => {
    const { transfers } = await product.upstream('/cts/transfers?state=return_received&limit=200')
    const { rows } = await product.superuser.query(
      'SELECT target_id FROM kernel.action_request UNION SELECT target_id FROM kernel.bulk_row',
    )
    const taken = new Set(rows.map(({ target_id }) => target_id))
    return transfers
      .filter(
        (one: Amounted) =>
          one.amount.currency === currency && one.frozen_parties.length === 0 && !taken.has(one.id),
      )
      .sort((a: Amounted, b: Amounted) => Number(a.amount.amount) - Number(b.amount.amount))
      .slice(0, count)
  }
  const sum = (amounts: Amounted[]) =>
    (amounts.reduce((all, { amount }) => all + BigInt(amount.amount.replace('.', '')), 0n) - 1n)
      .toString()
      .replace(/(..)$/, '.$1')
  const send = (one: Amounted, by: Client) =>
    by.post('/returns', { transferId: one.id, reason: one.return.code })

  test('K-14 case 9: two halves under the limit ask for approval once they are over it together', async () => {
    const by = await product.as('transfers/OPS', { sub: 'salami' })
    const [first, second, third] = await returnsOf(3)
    if (!first || !second || !third) throw new Error('the seeded world has too few returns in USD')
    await changePolicy(product, [
      returnRule({ required: 0, eligible_roles: [] }),
      limit(sum([first, second])),
    ])
    expect((await send(first, by)).body).toMatchObject({ state: 'authorized' })
    const preview = await by.post('/v1/actions/transfers.return_transfer/preview', {
      target: { kind: 'transfer', id: second.id },
    })
    expect(preview.body.approvals.required).toBe(1)
    expect((await send(second, by)).body).toMatchObject({ state: 'pending', approvals: { required: 1 } })
    // Another person begins anew; a second account of the same person does not.
    const other = await product.as('transfers/OPS', { sub: 'somebody-else' })
    expect((await send(third, other)).body).toMatchObject({ state: 'authorized' })
  })

  test('K-14 case 9: what came to nothing does not count, another account of the same person does', async () => {
    const email = 'split@example.test'
    const [by, alias] = [
      await product.as('transfers/OPS', { sub: 'split', email }),
      await product.as('transfers/OPS', { sub: 'split-too', email }),
    ]
    const [first, second, third] = await returnsOf(3)
    if (!first || !second || !third) throw new Error('the seeded world has too few returns in USD')
    await changePolicy(product, [returnRule({ required: 1 })])
    const asked = (await send(first, by)).body
    await by.post(`/v1/requests/${asked.id}/cancel`, { reason: 'not needed' })
    await changePolicy(product, [
      returnRule({ required: 0, eligible_roles: [] }),
      limit(sum([second, third])),
    ])
    expect((await send(second, by)).body).toMatchObject({ state: 'authorized' })
    expect((await send(third, alias)).body).toMatchObject({ state: 'pending' })
  })

  test('K-14 K-17 case 9: asked for at the same instant they do not both pass under it, nor by two accounts, one of which has given up the address that they had in common', async () => {
    const account = async (sub: string, email: string) => {
      const one = await product.as('transfers/OPS', { sub, email: `${email}@example.test` })
      await one.get('/v1/me')
      return one
    }
    for (let round = 0; round < 4; round += 1) {
      const by = await account(`at-once-${round}`, `common-${round}`)
      await account(`left-${round}`, `common-${round}`)
      const alias = await account(`left-${round}`, `own-${round}`)
      const pair = await returnsOf(2)
      await changePolicy(product, [returnRule({ required: 0, eligible_roles: [] }), limit(sum(pair))])
      const answers = await Promise.all(
        pair.map((one, nth) => send(one, nth === 1 && round % 2 === 1 ? alias : by)),
      )
      expect(answers.map(({ body }) => body.state).sort()).toEqual(['authorized', 'pending'])
    }
  })
  test('K-14 K-19 case 9: nor do two requests over many records', async () => {
    const bulk = '/v1/actions/transfers.return_transfer/bulk'
    for (let round = 0; round < 2; round += 1) {
      const by = await product.as('transfers/OPS', { sub: `many-at-once-${round}` })
      const pair = await returnsOf(2)
      await changePolicy(product, [returnRule({ required: 0, eligible_roles: [] }), limit(sum(pair))])
      const asked = await Promise.all(
        pair.map(async (one) => {
          const rows = [{ target: { kind: 'transfer', id: one.id } }]
          const { body } = await by.post(`${bulk}/preview`, { rows })
          return { rows, reason: { code: one.return.code }, preview_digest: body.preview_digest }
        }),
      )
      const answers = await Promise.all(asked.map((body) => by.post(bulk, body)))
      // That others must agree now was not on the screen that was confirmed: it is shown, and confirmed anew.
      expect(answers.map(({ body }) => body.state ?? body.code).sort()).toEqual([
        'authorized',
        'preview_stale',
      ])
      const beaten = answers.findIndex(({ body }) => body.code === 'preview_stale')
      const { preview_digest } = answers[beaten]?.body ?? {}
      const again = await by.post(bulk, { ...asked[beaten], preview_digest })
      expect(again.body).toMatchObject({ state: 'pending', approvals: { required: 1 } })
    }
  })
  test('K-14 K-19 case 9: what a request over many records asks for counts in the sum of each currency', async () => {
    const bulk = '/v1/actions/transfers.return_transfer/bulk'
    const by = await product.as('transfers/OPS', { sub: 'two-currencies' })
    const [first, second, foreign] = await returnsOf(3, 'EUR')
    if (!first || !second || !foreign) throw new Error('the seeded world has too few returns in EUR')
    const sandbox = new pg.Client({ connectionString: product.sandboxDatabaseUrl })
    await sandbox.connect()
    await sandbox.query(`UPDATE cts.transfer SET currency = 'GBP', version = version + 1 WHERE id = $1`, [
      foreign.id,
    ])
    await sandbox.end()
    const inEur = { amount: sum([first, second]), currency: 'EUR' }
    await changePolicy(product, [
      returnRule({ required: 0, eligible_roles: [] }),
      limit(inEur.amount, { limit: inEur }),
    ])
    const rows = [first, foreign].map(({ id }) => ({ target: { kind: 'transfer', id } }))
    const reason = { code: 'AC01' }
    const { preview_digest } = (await by.post(`${bulk}/preview`, { rows, reason })).body
    const asked = await by.post(bulk, { rows, reason, preview_digest })
    expect(asked.body).toMatchObject({ state: 'pending' })
    const { rows: said } = await product.superuser.query(
      `SELECT evidence #> '{attributes,rolling}' AS rolling FROM kernel.action_revision WHERE request_id = $1`,
      [asked.body.id],
    )
    expect(said).toEqual([{ rolling: { 'requester 86400 EUR': first.amount.amount } }])
    const target = { kind: 'transfer', id: second.id }
    const alone = await by.post('/v1/actions/transfers.return_transfer/preview', { target })
    expect(alone.body.approvals.required).toBe(1)
  })
})
