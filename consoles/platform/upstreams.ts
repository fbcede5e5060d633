import type { Edge } from './edge/edge-port.ts'
import type { Gateways } from './gateways/gateways-port.ts'
import type { Merchants } from './merchants/merchants-port.ts'

/**
 * The systems of record that this console works on; each is reached through its connector alone.
 *
 * CRITICAL: P-11, operations cannot influence money movement. None of these moves money, and what one of them knows of settlements and
 * balances has no member in its port.
 */
export type Upstreams = {
  readonly merchants: Merchants
  readonly gateways: Gateways
  readonly edge: Edge
}
