import { makeUpstreamHttp, type UpstreamHttp } from '@countersign/kernel/connectors/upstream-http.ts'
import { type MountedConsole, mountConsole } from '@countersign/kernel/console.ts'
import { kernelConsole } from '@countersign/kernel/kernel-console.ts'
import { complianceEvents } from '@countersign/transfers/compliance/compliance-events.ts'
import { makeComplianceHttp } from '@countersign/transfers/compliance/compliance-http.ts'
import { transfersConsole } from '@countersign/transfers/console.ts'
import { ctsEvents } from '@countersign/transfers/cts/cts-events.ts'
import { makeCtsHttp } from '@countersign/transfers/cts/cts-http.ts'
import { ledgerEvents } from '@countersign/transfers/ledger/ledger-events.ts'
import { makeLedgerHttp } from '@countersign/transfers/ledger/ledger-http.ts'
import { reconEvents } from '@countersign/transfers/recon/recon-events.ts'
import { makeReconHttp } from '@countersign/transfers/recon/recon-http.ts'
import type { Upstream } from './config.ts'

export type Composition = {
  readonly consoles: readonly MountedConsole[]
  readonly connectors: readonly UpstreamHttp[]
}

/**
 * The consoles of this installation with their upstreams: the one list.
 *
 * @throws Error naming the variable of an upstream that is not configured
 */
export function composeConsoles(
  upstreams: Readonly<Record<string, Upstream>>,
  observe: Parameters<typeof makeUpstreamHttp>[0]['observe'],
): Composition {
  const connect = (name: string) => {
    const upstream = upstreams[name]
    if (!upstream) {
      throw new Error(`The upstream ${name} is not configured: set UPSTREAM_URL_${name.toUpperCase()}.`)
    }
    return makeUpstreamHttp({ name, baseUrl: upstream.url, key: upstream.key, observe })
  }
  const cts = connect('cts')
  const ledger = connect('ledger')
  const recon = connect('recon')
  const compliance = connect('compliance')
  return {
    consoles: [
      mountConsole(kernelConsole, undefined),
      mountConsole(
        transfersConsole([
          ctsEvents(cts),
          ledgerEvents(ledger),
          reconEvents(recon),
          complianceEvents(compliance),
        ]),
        {
          cts: makeCtsHttp(cts),
          ledger: makeLedgerHttp(ledger),
          recon: makeReconHttp(recon),
          compliance: makeComplianceHttp(compliance),
        },
      ),
    ],
    connectors: [cts, ledger, recon, compliance],
  }
}
