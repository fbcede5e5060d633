import { type MountConsole, mountConsole } from '@countersign/kernel/console.ts'
import { platformConsole } from './console.ts'
import { edgeEvents } from './edge/edge-events.ts'
import { makeEdgeHttp } from './edge/edge-http.ts'
import { gatewaysEvents } from './gateways/gateways-events.ts'
import { makeGatewaysHttp } from './gateways/gateways-http.ts'
import { merchantsEvents } from './merchants/merchants-events.ts'
import { makeMerchantsHttp } from './merchants/merchants-http.ts'

/** The platform console on its systems of record. */
export const mountPlatform: MountConsole = (connect) => {
  const [toMerchants, toGateways, toEdge] = [connect('merchants'), connect('gateways'), connect('edge')]
  const upstreams = {
    merchants: makeMerchantsHttp(toMerchants),
    gateways: makeGatewaysHttp(toGateways),
    edge: makeEdgeHttp(toEdge),
  }
  const ingest = [merchantsEvents(toMerchants), gatewaysEvents(toGateways), edgeEvents(toEdge)]
  return mountConsole(platformConsole(ingest, upstreams), upstreams)
}
