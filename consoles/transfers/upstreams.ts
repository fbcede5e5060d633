import type { Compliance } from './compliance/compliance-port.ts'
import type { Cts } from './cts/cts-port.ts'
import type { Ledger } from './ledger/ledger-port.ts'
import type { Recon } from './recon/recon-port.ts'

/** The systems of record that this console works on; each is reached through its connector alone. */
export type Upstreams = {
  readonly cts: Cts
  readonly ledger: Ledger
  readonly recon: Recon
  readonly compliance: Compliance
}
