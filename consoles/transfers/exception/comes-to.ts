import { moneyFromWire } from '@countersign/kernel/money/money.ts'
import type { Candidate, ReconException } from './exception.ts'

/** Whether what is open of a candidate is the line, neither more nor less; Recon says so where it gives no figures. */
export function comesTo({ partners }: Candidate, { amount }: Pick<ReconException, 'amount'>): boolean {
  if (partners === undefined) return true
  const open = partners.reduce((sum, partner) => sum + moneyFromWire(partner.open).minor, 0n)
  return open === moneyFromWire(amount).minor
}
