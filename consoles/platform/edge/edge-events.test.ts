import { makeUpstreamHttp } from '@countersign/kernel/connectors/upstream-http.ts'
import { type PlatformSandbox, startPlatformSandbox } from '@countersign/testkit/platform-product.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { edgeEvents } from './edge-events.ts'

let sandbox: PlatformSandbox
beforeAll(async () => {
  sandbox = await startPlatformSandbox()
}, 60_000)
afterAll(async () => {
  await sandbox?.drop()
})

test('P-05 P-06 C-18 what the edge tells is kept in our terms, of whom it is about; what is not of it is left aside', async () => {
  const merchant_id = await sandbox.openMerchant('Glass Harbour')
  const rule = { route: '/v1', limit: 5, window_s: 60, burst: 0, reason: 'x' }
  await sandbox.atTheEdge('/rate-limits', { scope: 'console', console: 'platform', ...rule })
  const entries = [{ name: 'Office', cidr: '192.0.2.0/24' }]
  const allowlist = await sandbox.madeAtTheEdge('/allowlists', {
    ...{ scope: 'merchant', merchant_id, entries, reason: 'x' },
  })
  await sandbox.atTheEdge(`/allowlists/${allowlist.id}/withdraw`, { reason: 'y' })
  const source = edgeEvents(makeUpstreamHttp({ name: 'edge', baseUrl: 'http://127.0.0.1:1', key: 'k' }))
  const told = await sandbox.told('edge')
  const mapped = told.slice(-3).map((event) => source.map(event as never))
  expect(mapped).toMatchObject([
    {
      type: 'platform.rate_limit.created',
      refs: [{ kind: 'rate_limit' }, { kind: 'edge_scope', id: 'console:platform' }],
      payload: { version: 1, state: 'active', record: { console: 'platform', limit: 5 } },
    },
    {
      type: 'platform.allowlist.created',
      refs: [
        { kind: 'allowlist', id: allowlist.id },
        { kind: 'edge_scope', id: `merchant:${merchant_id}` },
        { kind: 'merchant', id: merchant_id },
      ],
    },
    { type: 'platform.allowlist.withdrawn', payload: { version: 2, state: 'withdrawn' } },
  ])
  expect(source.map({ ...told[0], type: 'edge.reindexed' } as never)).toBeUndefined()
})
