import { type MountConsole, mountConsole } from '@countersign/kernel/console.ts'
import { treasuryConsole } from './console.ts'
import { treasuryEvents } from './treasury/treasury-events.ts'
import { makeTreasuryHttp } from './treasury/treasury-http.ts'

/** The treasury console on its system of record. */
export const mountTreasury: MountConsole = (connect) => {
  const toTreasury = connect('treasury')
  const upstreams = { treasury: makeTreasuryHttp(toTreasury) }
  return mountConsole(treasuryConsole([treasuryEvents(toTreasury)], upstreams), upstreams)
}
