import { renameSync } from 'node:fs'
import { openBrowser } from '@countersign/testkit/browser.ts'
import { type Client, eventually, type Product, startProduct } from '@countersign/testkit/product.ts'
import { seededParties, seededReturns } from '@countersign/testkit/seeded-records.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'

const HALT_TIMEOUT_MS = 120_000

let product: Product
let compliance: Client
let admin: Client

beforeAll(async () => {
  product = await startProduct({ webhooks: false, issuer: true })
  compliance = await product.as('transfers/COMPLIANCE')
  admin = await product.as('transfers/ADMIN')
}, HALT_TIMEOUT_MS)
afterAll(() => product?.close())

test(
  'K-33 containment never waits for a witness: with the witness lost a freeze is asked for, agreed to, carried out and recorded',
  async () => {
    const parties = await seededParties(product)
    const returns = await seededReturns(product)
    const ready = async () => (await admin.get('/readyz')).body
    await eventually('a checkpoint', async () => {
      const { rows } = await product.superuser.query('SELECT FROM kernel.audit_checkpoint')
      return rows.length > 0
    })
    const browser = openBrowser(product.url)
    await browser.signIn('transfers/OPS')
    const witness = String(product.workerEnvironment.WITNESS_DIRECTORY)
    renameSync(witness, `${witness}.away`)
    // The signer finds out when there is something new to sign.
    await admin.post(`/v1/requests/${crypto.randomUUID()}/approve`, { digest: 'none' })
    await compliance.post('/returns', { transferId: 'x', reason: 'x' })
    const halted = await eventually('the halt', async () => {
      const { audit } = await ready()
      return audit.halted !== undefined && audit
    })
    expect(halted.halted).toBe('witness_lost')

    // Everything else waits.
    const { id, code } = returns()
    const refused = await eventually('the server to know', async () => {
      const answer = await admin.post('/returns', { transferId: id, reason: code })
      return answer.status === 503 && answer
    })
    expect(refused.body.code).toBe('read_only')

    const entityId = parties()
    const asked = await compliance.post('/entity/freeze', { entityId, reason: 'fraud_suspected' })
    expect(asked.status).toBe(202)
    const preview = await compliance.post('/v1/actions/transfers.freeze_entity/preview', {
      target: { kind: 'party', id: parties() },
    })
    expect(preview.status).toBe(200)
    const agreed = await admin.post(`/v1/requests/${asked.body.id}/approve`, { digest: asked.body.digest })
    expect(agreed.status).toBe(200)
    await eventually(
      'the freeze',
      async () => (await product.upstream(`/compliance/parties/${entityId}`)).frozen,
    )
    await eventually('execution', async () => {
      const { body } = await admin.get(`/v1/requests/${asked.body.id}`)
      return body.state === 'executed'
    })
    // Who leaves is let go.
    expect((await browser.send('POST', '/auth/logout')).status).toBe(200)
    expect((await browser.send('GET', '/v1/me')).status).toBe(401)
    const { rows: left } = await product.superuser.query(
      `SELECT actor_id FROM kernel.audit_entry WHERE kind = 'sign_out'`,
    )
    expect(left).toEqual([{ actor_id: 'transfers-OPS' }])
    // To release it is no containment.
    expect(await compliance.post('/entity/unfreeze', { entityId, reason: 'cleared' })).toMatchObject({
      status: 503,
      body: { code: 'read_only' },
    })

    // Recorded: kept, in the log, and covered by a checkpoint once the witness is back.
    const entries = async () => {
      const { rows } = await product.superuser.query<{ outcome: string; leaf_index: string | null }>(
        `SELECT a.outcome, l.leaf_index FROM kernel.audit_entry a LEFT JOIN kernel.audit_leaf l USING (entry_id)
          WHERE a.action_request_id = $1 AND a.kind = 'action' ORDER BY a.seq`,
        [asked.body.id],
      )
      return rows
    }
    expect((await entries()).map(({ outcome }) => outcome)).toEqual([
      'pending',
      'authorized',
      'dispatching',
      'executed',
    ])
    const last = await eventually(
      'the place of the last entry',
      async () => (await entries()).at(-1)?.leaf_index,
    )
    renameSync(`${witness}.away`, witness)
    await eventually('a checkpoint that covers it', async () => {
      const { rows } = await product.superuser.query(
        'SELECT FROM kernel.audit_checkpoint WHERE tree_size > $1',
        [last],
      )
      return rows.length > 0
    })
    await eventually('everything to go on', async () => (await ready()).status === 'ready')
  },
  HALT_TIMEOUT_MS,
)
