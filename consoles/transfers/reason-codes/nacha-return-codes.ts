import { type Said, say } from '@countersign/kernel/languages/say.ts'

/** What a return code is for. A dishonour sends a return back; a contest insists on it (Nacha Operating Rules, Appendix Four). */
export type NachaReturnUse = 'return' | 'dishonour' | 'contest'

export type NachaReturnCode = {
  title: Said
  use: NachaReturnUse
  /** May be sent until the 60th calendar day after settlement, as an unauthorised or improper debit; others: two banking days. */
  extended: boolean
}

// Codes and their meaning: Nacha Operating Rules, Appendix Four, Part 4.2 (return reason codes). Titles are our own short forms.
const RETURNS: Readonly<Record<string, Said>> = {
  R01: say`Insufficient funds`,
  R02: say`Account closed`,
  R03: say`No account, or account cannot be located`,
  R04: say`Invalid account number structure`,
  R05: say`Corporate debit to a consumer account not authorised`,
  R06: say`Returned at the request of the originating bank`,
  R07: say`Authorisation revoked by the customer`,
  R08: say`Payment stopped`,
  R09: say`Uncollected funds`,
  R10: say`Customer says originator is unknown or not authorised`,
  R11: say`Customer says entry is not as authorised`,
  R12: say`Account sold to another bank`,
  R13: say`Bank does not take part in ACH`,
  R14: say`Representative payee deceased or unable to continue`,
  R15: say`Beneficiary or account holder deceased`,
  R16: say`Account frozen, or return ordered by OFAC`,
  R17: say`Record edit criteria, or questionable account number`,
  R18: say`Improper effective entry date`,
  R19: say`Amount field error`,
  R20: say`Account does not take such entries`,
  R21: say`Invalid company identification`,
  R22: say`Invalid individual identification`,
  R23: say`Credit refused by the receiver`,
  R24: say`Duplicate entry`,
  R25: say`Addenda error`,
  R26: say`Mandatory field error`,
  R27: say`Trace number error`,
  R28: say`Routing number check digit error`,
  R29: say`Corporate customer says entry is not authorised`,
  R30: say`Bank does not take part in check truncation`,
  R31: say`Permissible return (CCD and CTX)`,
  R32: say`Bank cannot settle`,
  R33: say`Return of an XCK entry`,
  R34: say`Bank takes part with limits`,
  R35: say`Return of an improper debit`,
  R36: say`Return of an improper credit`,
  R37: say`Source document presented for payment`,
  R38: say`Stop payment on the source document`,
  R39: say`Improper source document`,
  R40: say`Enrolment returned by a federal agency`,
  R41: say`Invalid transaction code (enrolment)`,
  R42: say`Routing number or check digit error (enrolment)`,
  R43: say`Invalid account number (enrolment)`,
  R44: say`Invalid individual identification (enrolment)`,
  R45: say`Invalid individual or company name (enrolment)`,
  R46: say`Invalid representative payee indicator (enrolment)`,
  R47: say`Duplicate enrolment`,
  R50: say`State law affects acceptance of RCK`,
  R51: say`Item or RCK entry ineligible or improper`,
  R52: say`Stop payment on the item of an RCK entry`,
  R53: say`Item and RCK entry both presented`,
  R80: say`IAT entry coded wrongly`,
  R81: say`Gateway does not take part in IAT`,
  R82: say`Invalid identification of the foreign bank`,
  R83: say`Foreign bank cannot settle`,
  R84: say`Not processed by the gateway`,
  R85: say`Outbound international payment coded wrongly`,
  R90: say`Returned under sanctions obligations`,
}

const DISHONOURS: Readonly<Record<string, Said>> = {
  R61: say`Return misrouted`,
  R62: say`Return of an erroneous or reversing debit`,
  R67: say`Duplicate return`,
  R68: say`Return came too late`,
  R69: say`Field errors in the return`,
  R70: say`Permissible return not accepted or not requested`,
}

const CONTESTS: Readonly<Record<string, Said>> = {
  R71: say`Dishonoured return misrouted`,
  R72: say`Dishonoured return came too late`,
  R73: say`Original return was in time`,
  R74: say`Corrected return`,
  R75: say`Return was not a duplicate`,
  R76: say`No errors found in the return`,
  R77: say`Dishonour under R62 not accepted`,
}

/** Nacha Operating Rules, Subsection 3.12 and Appendix Four: the 60-day codes. */
const EXTENDED = new Set(['R05', 'R07', 'R10', 'R11', 'R33', 'R37', 'R38', 'R51', 'R52', 'R53'])

function withUse(titles: Readonly<Record<string, Said>>, use: NachaReturnUse): [string, NachaReturnCode][] {
  return Object.entries(titles).map(([code, title]) => [code, { title, use, extended: EXTENDED.has(code) }])
}

/** Every Nacha return reason code, with its title, by code. */
export const NACHA_RETURN_CODES: ReadonlyMap<string, NachaReturnCode> = new Map([
  ...withUse(RETURNS, 'return'),
  ...withUse(DISHONOURS, 'dishonour'),
  ...withUse(CONTESTS, 'contest'),
])
