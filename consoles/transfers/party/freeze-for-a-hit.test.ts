import { type Client, eventually, type Product, startProduct } from '@countersign/testkit/product.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'

type Hit = { id: string; state: string }

let product: Product
let compliance: Client
let other: Client
let admin: Client

beforeAll(async () => {
  product = await startProduct()
  compliance = await product.as('transfers/COMPLIANCE')
  other = await product.as('transfers/COMPLIANCE-2')
  admin = await product.as('transfers/ADMIN')
}, 120_000)
afterAll(() => product?.close())

test('T-04 T-06 K-17 a freeze for a hit that somebody has cleared since is refused for that, and nobody is reported for it', async () => {
  const [party, hit] = await eventually('a free party with an open hit', async () => {
    const { body } = await compliance.get('/v1/queues/transfers.compliance/items?limit=100')
    for (const { subject } of body.items) {
      if (subject.kind !== 'hit') continue
      const { data } = (await compliance.get(`/v1/entities/hit/${subject.id}`)).body
      const party = (await compliance.get(`/v1/entities/party/${data.party_id}`)).body
      // The queue may still have what the party's record knows to be decided.
      const open = party.data?.hits.some(({ id, state }: Hit) => id === subject.id && state === 'open')
      if (party.state === 'active' && open) return [data.party_id as string, subject.id as string]
    }
    return false
  })
  const path = '/v1/actions/transfers.freeze_entity'
  const freeze = {
    target: { kind: 'party', id: party },
    input: { hit_id: hit },
    reason: { code: 'sanctions_match' },
  }
  const preview = await compliance.post(`${path}/preview`, freeze)
  expect(preview.status, preview.text).toBe(200)
  const asked = await compliance.post(path, { ...freeze, preview_digest: preview.body.preview_digest })
  expect(asked.status, asked.text).toBe(202)
  const cleared = await other.post('/v1/actions/transfers.clear_compliance_hit', {
    target: { kind: 'hit', id: hit },
    reason: { code: 'documents_seen', note: 'Another person of that name' },
  })
  expect(cleared.status, cleared.text).toBeLessThan(300)
  await eventually('the party to know', async () => {
    const { data } = (await compliance.get(`/v1/entities/party/${party}`)).body
    return !data.hits.some(({ id, state }: Hit) => id === hit && state === 'open')
  })
  const agreed = await admin.post(`/v1/requests/${asked.body.id}/approve`, { digest: asked.body.digest })
  expect(agreed).toMatchObject({ status: 409, body: { code: 'no_longer_fits' } })
  expect(agreed.body.detail).toContain('is no open hit of this party')
  const shown = (await admin.get(`/v1/requests/${asked.body.id}`)).body
  expect(shown.refused.code).toBe('no_longer_fits')
  const named = preview.body.changes.find((change: { to?: { id: string } }) => change.to?.id === hit)
  expect(shown.drift).toEqual([
    { label: 'For the hit', was: named.after, now: 'is no open hit of this party' },
  ])
  const reported = await product.superuser.query(
    `SELECT FROM kernel.audit_entry WHERE event_sub_type = 'REQUEST_ALTERED'`,
  )
  expect(reported.rowCount).toBe(0)
})
