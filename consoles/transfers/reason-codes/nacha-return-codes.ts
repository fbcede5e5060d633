/** What a return code is for. A dishonour sends a return back; a contest insists on it (Nacha Operating Rules, Appendix Four). */
export type NachaReturnUse = 'return' | 'dishonour' | 'contest'

export type NachaReturnCode = {
  title: string
  use: NachaReturnUse
  /** May be sent until the 60th calendar day after settlement, as an unauthorised or improper debit; others: two banking days. */
  extended: boolean
}

// Codes and their meaning: Nacha Operating Rules, Appendix Four, Part 4.2 (return reason codes). Titles are our own short forms.
const RETURNS: Readonly<Record<string, string>> = {
  R01: 'Insufficient funds',
  R02: 'Account closed',
  R03: 'No account, or account cannot be located',
  R04: 'Invalid account number structure',
  R05: 'Corporate debit to a consumer account not authorised',
  R06: 'Returned at the request of the originating bank',
  R07: 'Authorisation revoked by the customer',
  R08: 'Payment stopped',
  R09: 'Uncollected funds',
  R10: 'Customer says originator is unknown or not authorised',
  R11: 'Customer says entry is not as authorised',
  R12: 'Account sold to another bank',
  R13: 'Bank does not take part in ACH',
  R14: 'Representative payee deceased or unable to continue',
  R15: 'Beneficiary or account holder deceased',
  R16: 'Account frozen, or return ordered by OFAC',
  R17: 'Record edit criteria, or questionable account number',
  R18: 'Improper effective entry date',
  R19: 'Amount field error',
  R20: 'Account does not take such entries',
  R21: 'Invalid company identification',
  R22: 'Invalid individual identification',
  R23: 'Credit refused by the receiver',
  R24: 'Duplicate entry',
  R25: 'Addenda error',
  R26: 'Mandatory field error',
  R27: 'Trace number error',
  R28: 'Routing number check digit error',
  R29: 'Corporate customer says entry is not authorised',
  R30: 'Bank does not take part in check truncation',
  R31: 'Permissible return (CCD and CTX)',
  R32: 'Bank cannot settle',
  R33: 'Return of an XCK entry',
  R34: 'Bank takes part with limits',
  R35: 'Return of an improper debit',
  R36: 'Return of an improper credit',
  R37: 'Source document presented for payment',
  R38: 'Stop payment on the source document',
  R39: 'Improper source document',
  R40: 'Enrolment returned by a federal agency',
  R41: 'Invalid transaction code (enrolment)',
  R42: 'Routing number or check digit error (enrolment)',
  R43: 'Invalid account number (enrolment)',
  R44: 'Invalid individual identification (enrolment)',
  R45: 'Invalid individual or company name (enrolment)',
  R46: 'Invalid representative payee indicator (enrolment)',
  R47: 'Duplicate enrolment',
  R50: 'State law affects acceptance of RCK',
  R51: 'Item or RCK entry ineligible or improper',
  R52: 'Stop payment on the item of an RCK entry',
  R53: 'Item and RCK entry both presented',
  R80: 'IAT entry coded wrongly',
  R81: 'Gateway does not take part in IAT',
  R82: 'Invalid identification of the foreign bank',
  R83: 'Foreign bank cannot settle',
  R84: 'Not processed by the gateway',
  R85: 'Outbound international payment coded wrongly',
  R90: 'Returned under sanctions obligations',
}

const DISHONOURS: Readonly<Record<string, string>> = {
  R61: 'Return misrouted',
  R62: 'Return of an erroneous or reversing debit',
  R67: 'Duplicate return',
  R68: 'Return came too late',
  R69: 'Field errors in the return',
  R70: 'Permissible return not accepted or not requested',
}

const CONTESTS: Readonly<Record<string, string>> = {
  R71: 'Dishonoured return misrouted',
  R72: 'Dishonoured return came too late',
  R73: 'Original return was in time',
  R74: 'Corrected return',
  R75: 'Return was not a duplicate',
  R76: 'No errors found in the return',
  R77: 'Dishonour under R62 not accepted',
}

/** Nacha Operating Rules, Subsection 3.12 and Appendix Four: the 60-day codes. */
const EXTENDED = new Set(['R05', 'R07', 'R10', 'R11', 'R33', 'R37', 'R38', 'R51', 'R52', 'R53'])

function withUse(titles: Readonly<Record<string, string>>, use: NachaReturnUse): [string, NachaReturnCode][] {
  return Object.entries(titles).map(([code, title]) => [code, { title, use, extended: EXTENDED.has(code) }])
}

/** Every Nacha return reason code, with its title, by code. */
export const NACHA_RETURN_CODES: ReadonlyMap<string, NachaReturnCode> = new Map([
  ...withUse(RETURNS, 'return'),
  ...withUse(DISHONOURS, 'dishonour'),
  ...withUse(CONTESTS, 'contest'),
])
