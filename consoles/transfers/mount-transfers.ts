import { type MountConsole, mountConsole } from '@countersign/kernel/console.ts'
import { complianceEvents } from './compliance/compliance-events.ts'
import { makeComplianceHttp } from './compliance/compliance-http.ts'
import { transfersConsole } from './console.ts'
import { ctsEvents } from './cts/cts-events.ts'
import { makeCtsHttp } from './cts/cts-http.ts'
import { ledgerEvents } from './ledger/ledger-events.ts'
import { makeLedgerHttp } from './ledger/ledger-http.ts'
import { reconEvents } from './recon/recon-events.ts'
import { makeReconHttp } from './recon/recon-http.ts'

/** The transfers console on its four systems of record. */
export const mountTransfers: MountConsole = (connect) => {
  const cts = connect('cts')
  const ledger = connect('ledger')
  const recon = connect('recon')
  const compliance = connect('compliance')
  const upstreams = {
    cts: makeCtsHttp(cts),
    ledger: makeLedgerHttp(ledger),
    recon: makeReconHttp(recon),
    compliance: makeComplianceHttp(compliance),
  }
  const ingest = [ctsEvents(cts), ledgerEvents(ledger), reconEvents(recon), complianceEvents(compliance)]
  return mountConsole(transfersConsole(ingest, upstreams.recon), upstreams)
}
