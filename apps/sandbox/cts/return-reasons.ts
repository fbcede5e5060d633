import isoReasons from './data/iso20022-return-reasons.json' with { type: 'json' }
import nachaCodes from './data/nacha-return-codes.json' with { type: 'json' }
import type { Rail } from './return-deadlines.ts'

const OF_RAIL: Readonly<Record<Rail, Readonly<Record<string, string>>>> = {
  ach: nachaCodes.codes,
  sepa_ct: isoReasons.codes,
  // Fedwire speaks ISO 20022 since July 2025.
  wire: isoReasons.codes,
}

/**
 * Reasons by which the account holder says that they did not authorise the entry. Nacha Operating Rules,
 * Appendix Four: the return codes with the 60-day time frame.
 */
const UNAUTHORISED: Readonly<Record<Rail, ReadonlySet<string>>> = {
  ach: new Set(['R05', 'R07', 'R10', 'R11', 'R33', 'R37', 'R38', 'R51', 'R52', 'R53']),
  sepa_ct: new Set(['FOCR', 'FR01', 'MD01']),
  wire: new Set(['FOCR', 'FR01', 'MD01']),
}

/** The rail's published codes with their titles. */
export function returnReasons(rail: Rail): Readonly<Record<string, string>> {
  return OF_RAIL[rail]
}

/** Whether the code is on the rail's published list. */
export function isReturnReason(rail: Rail, code: string): boolean {
  return Object.hasOwn(OF_RAIL[rail], code)
}

/** Which of the two deadlines a return for this reason has. */
export function deadlineClass(rail: Rail, code: string): 'standard' | 'extended' {
  return UNAUTHORISED[rail].has(code) ? 'extended' : 'standard'
}

/** What an ACH code from the return list is for: a return, its dishonour, or the contest of that. */
export function achReturnUse(code: string): 'return' | 'dishonour' | 'contest' {
  if (/^R(6[1-9]|70)$/.test(code)) return 'dishonour'
  return /^R7[1-7]$/.test(code) ? 'contest' : 'return'
}

/** The rail's codes of that use, with their titles. */
export function reasonsFor(
  rail: Rail,
  use: 'return' | 'dishonour' | 'contest',
): Readonly<Record<string, string>> {
  if (rail !== 'ach') return use === 'return' ? OF_RAIL[rail] : {}
  return Object.fromEntries(Object.entries(OF_RAIL.ach).filter(([code]) => achReturnUse(code) === use))
}
