import { type Said, say } from '@countersign/kernel/languages/say.ts'
import type { Transfer } from './transfer.ts'

const RAIL_NAMES: Readonly<Record<Transfer['rail'], Said>> = {
  ach: say`ACH`,
  sepa_ct: say`SEPA credit transfer`,
  wire: say`wire`,
}

/** What people call a rail. */
export function railName(rail: Transfer['rail']): Said {
  return RAIL_NAMES[rail]
}
