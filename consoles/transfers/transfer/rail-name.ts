import type { Transfer } from './transfer.ts'

const RAIL_NAMES: Readonly<Record<Transfer['rail'], string>> = {
  ach: 'ACH',
  sepa_ct: 'SEPA credit transfer',
  wire: 'wire',
}

/** What people call a rail. */
export function railName(rail: Transfer['rail']): string {
  return RAIL_NAMES[rail]
}
