import { makeUpstreamHttp } from '@countersign/kernel/connectors/upstream-http.ts'
import { Personal } from '@countersign/kernel/events/ingest-source.ts'
import { type PlatformSandbox, startPlatformSandbox } from '@countersign/testkit/platform-product.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { merchantSchema } from '../merchant/merchant.ts'
import { merchantsEvents } from './merchants-events.ts'

let sandbox: PlatformSandbox
beforeAll(async () => {
  sandbox = await startPlatformSandbox(50)
}, 60_000)
afterAll(async () => {
  await sandbox?.drop()
})

const source = () =>
  merchantsEvents(makeUpstreamHttp({ name: 'merchants', baseUrl: 'http://127.0.0.1:1', key: 'k' }))
const DAY_MS = 86_400_000

test('P-02 P-03 P-11 C-18 what the merchants’ system tells is kept in our terms; of settlements and balances nothing is', async () => {
  // By then what was paid to them is due, and settled.
  await sandbox.settleAhead(10 * DAY_MS)
  await expect
    .poll(async () => (await sandbox.told()).some(({ type }) => type === 'settlement.completed'), {
      timeout: 30_000,
    })
    .toBe(true)
  const events = await sandbox.told()
  const mapped = events.map((event) => source().map(event as never))
  const became = (wanted: string) =>
    new Set(events.flatMap(({ type }, at) => (type === wanted ? [mapped[at]?.type] : [])))
  expect(became('merchant.created')).toEqual(new Set(['platform.merchant.created']))
  expect(became('transaction.recorded')).toEqual(new Set(['platform.transaction.recorded']))
  expect(became('settlement.completed')).toEqual(new Set([undefined]))
  expect(JSON.stringify(mapped)).not.toMatch(/settle|balance|cut_off/i)
})

test('I13 K-30 P-02 the address of a merchant is sealed before it is kept, and stands nowhere in clear', async () => {
  const created = (await sandbox.told()).find(({ type }) => type === 'merchant.created')
  const { email } = merchantSchema.parse(created?.data).contact
  const { personal, ...clear } = source().map(created as never)?.payload ?? {}
  expect(personal).toEqual({ email: new Personal(email, 'email', created?.subject as never) })
  expect(JSON.stringify(clear)).not.toContain(email)
})
