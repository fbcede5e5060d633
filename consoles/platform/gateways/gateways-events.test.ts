import { makeUpstreamHttp } from '@countersign/kernel/connectors/upstream-http.ts'
import { type PlatformSandbox, startPlatformSandbox } from '@countersign/testkit/platform-product.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { EVENT_TYPES } from '../contract.ts'
import { gatewaysEvents } from './gateways-events.ts'
import { makeGatewaysHttp } from './gateways-http.ts'

let sandbox: PlatformSandbox
beforeAll(async () => {
  sandbox = await startPlatformSandbox()
}, 60_000)
afterAll(async () => {
  await sandbox?.drop()
})

const http = makeUpstreamHttp({ name: 'gateways', baseUrl: 'http://127.0.0.1:1', key: 'k' })

test('P-04 P-11 C-18 what the gateways’ system tells is kept in our terms, all of it; of credentials and of what people write nothing is', async () => {
  const until = new Date(Date.now() + 3_600_000).toISOString()
  const order = { to: 'gw_south', percent: 25, until, reason: 'gateway_slow' }
  await sandbox.atGateway('gw_north', 'override', order)
  await sandbox.atGateway('gw_north', 'override/end', { reason: 'gateway_recovered' })
  await sandbox.atGateway('gw_north', 'breaker', { force: 'open', reason: 'Held back' })
  await sandbox.atGateway('gw_north', 'breaker', { force: 'automatic', reason: 'All is well' })
  const events = await sandbox.told('gateways')
  const mapped = events.map((event) => gatewaysEvents(http).map(event as never))
  expect(mapped).not.toContain(undefined)
  const types = new Set(mapped.map((event) => event?.type))
  for (const type of [
    EVENT_TYPES.gatewayCreated,
    EVENT_TYPES.gatewayStatusChanged,
    EVENT_TYPES.gatewayOverrideSet,
    EVENT_TYPES.gatewayOverrideEnded,
    EVENT_TYPES.gatewayBreakerForced,
    EVENT_TYPES.gatewayBreakerReleased,
    EVENT_TYPES.incidentOpened,
    EVENT_TYPES.incidentResolved,
  ]) {
    expect(types).toContain(type)
  }
  const set = mapped.find((event) => event?.type === EVENT_TYPES.gatewayOverrideSet)
  expect(set?.refs).toEqual([
    { kind: 'gateway', id: 'gw_north' },
    { kind: 'gateway', id: 'gw_south' },
  ])
  expect(set?.payload).toMatchObject({ state: 'operational', record: { override: order } })
  expect(JSON.stringify(mapped)).not.toMatch(/credentials|fingerprint|ends_with|updates|message/)
})

test('P-11 no member of the port reaches settlement, payouts or anything else of money', () => {
  const members = Object.keys(makeGatewaysHttp(http)).sort()
  expect(members).toEqual([
    ...['endOverride', 'gateway', 'gateways', 'incidents'],
    ...['keyRetentionMs', 'metrics', 'operation', 'override'],
  ])
})
