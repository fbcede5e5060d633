import { type Client, type Product, startProduct } from '@countersign/testkit/product.ts'
import { misbehave, seededParties } from '@countersign/testkit/seeded-records.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'

let product: Product
let compliance: Client
let take: () => string

beforeAll(async () => {
  product = await startProduct({ worker: false, webhooks: false })
  compliance = await product.as('transfers/COMPLIANCE')
  await (await product.as('transfers/ADMIN')).get('/v1/me')
  take = await seededParties(product)
}, 120_000)
afterAll(() => product?.close())

const FREEZE = '/v1/actions/transfers.freeze_entity'
const reason = { code: 'fraud_suspected' }
const preview = (id: string) =>
  compliance.post(`${FREEZE}/preview`, { target: { kind: 'party', id }, reason })
const confirm = (id: string, more: object) =>
  compliance.post(FREEZE, { target: { kind: 'party', id }, reason, ...more })
/** Frozen and released again by somebody else: as it was, in a later version. */
const movedOn = async (id: string) => {
  await product.upstream(`/compliance/parties/${id}/freeze`, { reason: 'elsewhere' })
  await product.upstream(`/compliance/parties/${id}/unfreeze`, { reason: 'elsewhere' })
}

test('K-15 C-03 a preview says what it will do, who must agree and of which version, from the upstream now', async () => {
  const id = take()
  const shown = await preview(id)
  const party = await product.upstream(`/compliance/parties/${id}`)
  expect(shown.status).toBe(200)
  expect(shown.body).toMatchObject({
    preview_digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
    summary: expect.stringContaining('stops'),
    changes: [{ label: 'Party', before: 'active', after: 'frozen' }],
    approvals: {
      required: 1,
      eligible_roles: ['transfers/COMPLIANCE', 'transfers/ADMIN'],
      expires_in_s: 86_400,
      eligible_people: [{ id: 'transfers-ADMIN', name: 'transfers/ADMIN' }],
    },
    target_version: String(party.version),
  })
  expect(shown.body.reasons.map(({ code }: { code: string }) => code)).toContain('court_order')
  const { rows } = await product.superuser.query(
    'SELECT count(*)::int AS requests FROM kernel.action_request',
  )
  expect(rows).toEqual([{ requests: 0 }])
})

test('K-15 C-04 what was shown is what is kept with the request, and can be shown again', async () => {
  const id = take()
  const shown = (await preview(id)).body
  const asked = await confirm(id, {
    preview_digest: shown.preview_digest,
    expected_version: shown.target_version,
  })
  expect(asked.status).toBe(202)
  const { body } = await compliance.get(`/v1/requests/${asked.body.id}`)
  expect(body.evidence).toMatchObject({
    preview: { summary: shown.summary, changes: shown.changes, effects: shown.effects },
    preview_digest: shown.preview_digest,
    target_version: shown.target_version,
    policy_version: shown.policy_version,
    approvals: { required: 1 },
  })
})

test('K-15 a preview gone stale is refused and shown anew; the new one holds', async () => {
  const id = take()
  const shown = (await preview(id)).body
  await movedOn(id)
  const stale = await confirm(id, { preview_digest: shown.preview_digest })
  expect(stale.status).toBe(409)
  expect(stale.body).toMatchObject({
    code: 'preview_stale',
    preview: { changes: [{ label: 'Party', before: 'active', after: 'frozen' }] },
  })
  expect(stale.body.preview_digest).not.toBe(shown.preview_digest)
  expect((await confirm(id, { preview_digest: stale.body.preview_digest })).status).toBe(202)
})

test('K-15 T-07 a target that has changed since it was opened is refused with what changed', async () => {
  const id = take()
  const { version } = (await compliance.get(`/v1/entities/party/${id}`)).body
  await movedOn(id)
  const { preview_digest } = (await preview(id)).body
  const refused = await confirm(id, { expected_version: version, preview_digest })
  expect(refused.status).toBe(409)
  expect(refused.body).toMatchObject({
    code: 'target_changed',
    expected_version: version,
    current_version: String(Number(version) + 2),
  })
})

test('K-15 C-04 an action of high risk needs the digest, and one of something else is no digest', async () => {
  const id = take()
  const missing = await confirm(id, {})
  expect(missing.status).toBe(400)
  expect(missing.body.errors).toEqual([
    { field: 'preview_digest', message: expect.stringContaining(`${FREEZE}/preview`) },
  ])
  const { preview_digest: ofAnother } = (await preview(take())).body
  for (const digest of [ofAnother, `sha256:${'0'.repeat(64)}`, 'x']) {
    expect((await confirm(id, { preview_digest: digest })).status).toBe(409)
  }
})

test.each([
  ['a kind that it does not act on', { target: { kind: 'transfer', id: 'x' } }, 'target.kind'],
  ['an id outside the grammar', { target: { kind: 'party', id: '../x' } }, 'target.id'],
  ['no target', {}, 'target'],
  [
    'an input it does not have',
    { target: { kind: 'party', id: 'x' }, input: { force: true } },
    'input.force',
  ],
  ['an unknown member', { target: { kind: 'party', id: 'x' }, dry_run: false }, 'dry_run'],
])('C-03 C-04 a request with %s is refused by the field', async (_what, body, field) => {
  for (const path of [`${FREEZE}/preview`, FREEZE]) {
    const refused = await compliance.post(path, { reason, ...body })
    expect(refused.status).toBe(400)
    expect(refused.body.errors.map((error: { field: string }) => error.field)).toContain(field)
  }
})

test('C-03 a target that does not exist is 404; an action that does not exist is 404; false is no emergency', async () => {
  expect((await preview('party_that_is_not')).status).toBe(404)
  expect((await compliance.post('/v1/actions/transfers.fly', {})).body.code).toBe('no_such_action')
  const id = take()
  const { preview_digest } = (await preview(id)).body
  const plain = await confirm(id, { preview_digest, emergency: false })
  expect(plain).toMatchObject({ status: 202, body: { state: 'pending', basis: null } })
})

test('K-15 T-07 while the upstream cannot be read nothing is previewed and nothing is asked for', async () => {
  const id = take()
  const { preview_digest } = (await preview(id)).body
  await misbehave(product, { upstream: 'compliance', mode: 'error_5xx', on: 'reads' })
  for (const answer of [await preview(id), await confirm(id, { preview_digest })]) {
    expect(answer.status).toBe(503)
    expect(answer.body).toMatchObject({ code: 'upstream_unreadable', source: 'compliance' })
    expect(answer.headers.get('retry-after')).toBe('5')
  }
  await misbehave(product, { upstream: 'compliance', mode: 'off' })
})
