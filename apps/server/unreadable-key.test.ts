import { randomBytes } from 'node:crypto'
import { type Client, eventually, type Product, startProduct } from '@countersign/testkit/product.ts'
import { seededParties } from '@countersign/testkit/seeded-records.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

let product: Product
let compliance: Client
let admin: Client
let party: string

beforeAll(async () => {
  product = await startProduct({ webhooks: false })
  compliance = await product.as('transfers/COMPLIANCE')
  admin = await product.as('transfers/ADMIN')
  for (const person of [compliance, admin]) await person.get('/v1/me')
  party = (await seededParties(product))()
}, 120_000)
afterAll(() => product?.close())

test.each(['app', 'dispatcher', 'sequencer'] as const)(
  'K-30 %s puts nothing there that cannot be a wrapped key',
  async (role) => {
    for (const key of [Buffer.from('0011223344', 'hex'), randomBytes(59), randomBytes(61)]) {
      await expect(
        product.database.pool(role).query(`SELECT kernel.make_subject_key('party/nobody', 'k1', $1)`, [key]),
      ).rejects.toMatchObject({ code: '23514' })
    }
  },
)

describe('K-30 K-20 of a record whose key cannot be read', () => {
  const asked = async (action: string, reason: object, more: object = {}) => {
    const body = { target: { kind: 'party', id: party }, reason, input: {} }
    const preview = await compliance.post(`/v1/actions/transfers.${action}/preview`, body)
    expect(preview.status, preview.text).toBe(200)
    return compliance.post(`/v1/actions/transfers.${action}`, {
      ...{ ...body, preview_digest: preview.body.preview_digest },
      ...more,
    })
  }

  // As where somebody who holds a login of the worker has put one there before there was any.
  beforeAll(() =>
    product.superuser.query(
      `INSERT INTO kernel.subject_key (subject, key_id, wrapped_key) VALUES ($1, 'k1', $2)
       ON CONFLICT (subject) DO UPDATE SET wrapped_key = excluded.wrapped_key`,
      [`party/${party}`, randomBytes(60)],
    ),
  )

  test('K-30 a note is refused, saying why, and somebody is told', async () => {
    const refused = await compliance.post(`/v1/entities/party/${party}/notes`, {
      text: 'Called the customer',
    })
    expect(refused).toMatchObject({ status: 409, body: { code: 'key_unreadable' } })
    expect(refused.body.message).toContain(`party ${party}`)
    const { body } = await admin.get('/v1/alerts')
    expect(body.alerts).toContainEqual(
      expect.objectContaining({
        kind: 'kernel.key_unreadable',
        facts: { subject_kind: 'party', subject_id: party },
      }),
    )
  })

  test('K-20 its emergency freeze is in force all the same, and its note in the audit log', async () => {
    const note = 'An account was emptied'
    const frozen = await asked('freeze_entity', { code: 'fraud_suspected', note }, { emergency: true })
    expect(frozen.status, frozen.text).toBe(202)
    const request = (await compliance.get(`/v1/requests/${frozen.body.id}`)).body
    expect(request).toMatchObject({ emergency: { approval: 'pending' }, reason: { note: '••••' } })
    await eventually('the party frozen', async () => {
      const { body } = await compliance.get(`/v1/entities/party/${party}`)
      return body.state === 'frozen'
    })
    const { rows } = await product.superuser.query(
      `SELECT p."values" -> 'reason.note' ->> 'value' AS note FROM kernel.audit_entry e
         JOIN kernel.audit_personal p USING (entry_id)
        WHERE e.action_request_id = $1 AND p."values" ? 'reason.note' LIMIT 1`,
      [frozen.body.id],
    )
    expect(rows).toEqual([{ note }])
    // Somebody else agrees to it, as ever.
    const { digest } = (await admin.get(`/v1/requests/${frozen.body.id}`)).body
    expect((await admin.post(`/v1/requests/${frozen.body.id}/approve`, { digest })).status).toBe(200)
  })

  test('K-30 what releases it asks for no note, or waits until the key is there', async () => {
    const withNote = await asked('unfreeze_entity', { code: 'cleared', note: 'All well' })
    expect(withNote).toMatchObject({ status: 409, body: { code: 'key_unreadable' } })
    expect((await asked('unfreeze_entity', { code: 'cleared' })).status).toBe(202)
  })
})
