import { NACHA_RETURN_CODES } from '../reason-codes/nacha-return-codes.ts'
import type { Transfer } from './transfer.ts'

/** ISO 20022 reasons with the longer window: not authorised, or following a cancellation request. */
const ISO_EXTENDED = new Set(['FOCR', 'FR01', 'MD01'])

/**
 * The last instant at which an incoming entry may be sent back for this reason, or undefined where CTS gives none.
 * Unauthorised entries have the longer window (Nacha Operating Rules, Appendix Four: 60 days; otherwise two banking days).
 */
export function returnDeadline(transfer: Transfer, code: string): Date | undefined {
  const deadlines = transfer.return_deadlines
  if (!deadlines) return undefined
  const extended =
    transfer.rail === 'ach' ? NACHA_RETURN_CODES.get(code)?.extended === true : ISO_EXTENDED.has(code)
  return new Date(extended ? deadlines.extended : deadlines.standard)
}
