import type { BoundAction, MountedConsole } from '@countersign/kernel/console.ts'
import { purgeExpired } from '@countersign/kernel/retention/purge-expired.ts'
import { changePolicy, returnRule } from '@countersign/testkit/approval-policy.ts'
import { freePort } from '@countersign/testkit/free-port.ts'
import { makeClient, type Product, startProduct } from '@countersign/testkit/product.ts'
import { seededReturns } from '@countersign/testkit/seeded-records.ts'
import { composeTested } from '@countersign/testkit/tested-consoles.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readServerConfig } from './config.ts'
import { serve } from './serve.ts'

const RETURN = 'transfers.return_transfer'
const PURGE_ROWS = 10_000

let product: Product

beforeAll(async () => {
  product = await startProduct({ worker: false, webhooks: false })
}, 120_000)
afterAll(() => product?.close())

/** The same installation with another version of the transfers console. */
async function laterVersion(of: (action: BoundAction) => BoundAction) {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const config = readServerConfig({ ...product.serverEnvironment, PORT: String(port), PUBLIC_URL: url })
  const { close } = await serve(config, (upstreams, observe) => {
    const { consoles, connectors } = composeTested(upstreams, observe)
    return {
      connectors,
      consoles: consoles.map(
        (console): MountedConsole => ({
          ...console,
          actions: console.actions.map((action) => (action.name === RETURN ? of(action) : action)),
          policies: Object.fromEntries(
            Object.entries(console.policies).map(([file, text]) => [
              file,
              text.replaceAll(RETURN, of({ name: RETURN } as BoundAction).name),
            ]),
          ),
        }),
      ),
    }
  })
  return { url, close }
}

test('K-40 a year later, with other rules, another preview and then no such action at all, what each of them saw is shown exactly as it was', async () => {
  const ops = await product.as('transfers/OPS')
  const admin = await product.as('transfers/ADMIN')
  const take = await seededReturns(product)
  const [{ id: transfer, code }, other] = [take(), take()]
  const path = `/v1/actions/${RETURN}`
  const body = { target: { kind: 'transfer', id: transfer }, input: {} }
  const shown = (await ops.post(`${path}/preview`, body)).body
  const asked = await ops.post(path, {
    ...body,
    preview_digest: shown.preview_digest,
    reason: { code, note: 'As the bank says' },
  })
  expect(asked.status, asked.text).toBe(202)
  const { id, digest } = asked.body
  const { current_preview } = (await admin.get(`/v1/requests/${id}`)).body
  expect((await admin.post(`/v1/requests/${id}/approve`, { digest })).body.state).toBe('authorized')

  const { seen } = (await admin.get(`/v1/requests/${id}`)).body
  const { summary, changes, effects } = shown
  expect(seen).toMatchObject([
    { as: 'requester', by: { id: ops.id }, intact: true },
    { as: 'approver', by: { id: admin.id }, decision: 'approve', intact: true },
  ])
  expect(seen[0].evidence.preview).toEqual({ summary, changes, effects })
  expect(seen[1].evidence.preview).toEqual(current_preview)

  await changePolicy(product, [returnRule({ required: 2 })])
  // What only bridged a time is a year old, and goes.
  await product.superuser.query(
    `ALTER TABLE kernel.idempotency DISABLE TRIGGER ALL;
     UPDATE kernel.idempotency SET recorded_at = recorded_at - interval '1 year'`,
  )
  const gone = await purgeExpired(product.database.pool('dispatcher'), PURGE_ROWS)
  expect(gone.idempotency).toBeGreaterThan(0)

  const otherWords = await laterVersion((action) => ({
    ...action,
    preview: () => ({ summary: 'Other words.', changes: [], effects: [] }),
  }))
  // What people ask for in its place has another name.
  const withoutIt = await laterVersion((action) => ({ ...action, name: 'transfers.book_return' }))
  const pending = (await ops.post('/returns', { transferId: other.id, reason: other.code })).body
  try {
    const auditor = await product.as('kernel/auditor')
    for (const { url } of [otherWords, withoutIt]) {
      const later = await makeClient(url, auditor.id, auditor.token).get(`/v1/requests/${id}`)
      expect(later.status, later.text).toBe(200)
      expect(later.body.seen).toEqual(seen)
    }
    // What is pending of it is nobody's to decide, whoever asks.
    const there = makeClient(withoutIt.url, admin.id, admin.token)
    expect((await there.get(`/v1/requests/${pending.id}`)).body.state).toBe('pending')
    const approved = await there.post(`/v1/requests/${pending.id}/approve`, { digest: pending.digest })
    expect([approved.status, approved.body.code]).toEqual([409, 'action_not_installed'])
  } finally {
    await otherWords.close()
    await withoutIt.close()
  }
})
