import { type MountConsole, mountConsole } from '@countersign/kernel/console.ts'
import { platformConsole } from './console.ts'
import { gatewaysEvents } from './gateways/gateways-events.ts'
import { makeGatewaysHttp } from './gateways/gateways-http.ts'
import { merchantsEvents } from './merchants/merchants-events.ts'
import { makeMerchantsHttp } from './merchants/merchants-http.ts'

/** The platform console on its systems of record. */
export const mountPlatform: MountConsole = (connect) => {
  const [toMerchants, toGateways] = [connect('merchants'), connect('gateways')]
  const upstreams = { merchants: makeMerchantsHttp(toMerchants), gateways: makeGatewaysHttp(toGateways) }
  const ingest = [merchantsEvents(toMerchants), gatewaysEvents(toGateways)]
  return mountConsole(platformConsole(ingest, upstreams), upstreams)
}
