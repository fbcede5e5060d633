import { type SmallProduct, startSmallProduct } from '@countersign/testkit/small-console.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { deliverEffect } from './deliver-effect.ts'

let product: SmallProduct
beforeAll(async () => {
  product = await startSmallProduct({ class: 'A' })
})
afterAll(() => product?.database.drop())

test('K-33 K-34 nothing is sent while the audit log is halted, and everything once it is believed again', async () => {
  const signer = product.database.pool('signer')
  const halt = (halted: boolean) =>
    signer.query(`SELECT kernel.record_audit_halt($1, 'rollback', 'the end is gone')`, [halted])
  let sent = 0
  product.upstream.deliver = async () => {
    sent += 1
    return { outcome: 'done', detail: {} }
  }
  const id = await product.authorise(await product.person('porter', ['hall/PORTER']))
  const deliver = () =>
    deliverEffect(
      {
        kernel: product.kernels.dispatcher,
        holder: 'dispatcher-1',
        leaseMs: 15_000,
        signal: new AbortController().signal,
        report: () => undefined,
      },
      { request_id: id, revision: 1 },
    )

  await halt(true)
  expect(await deliver()).toBe(false)
  expect(sent).toBe(0)
  await halt(false)
  expect(await deliver()).toBe(true)
  expect(sent).toBe(1)
})
