import type { Transfer } from './transfer.ts'

/**
 * What lets a payment that came back go out again: waiting for funds, a new authorisation by the receiver, corrected account data, or
 * fields that are written anew anyway.
 */
export type Remedy = 'wait' | 'authorise' | 'correct' | 'anew'

/**
 * By the reason of the return. Nacha Operating Rules, Article Two, reinitiated entries: not what was not authorised. A code that is not
 * here is remedied by nothing.
 */
const ACH: Readonly<Record<Remedy, readonly string[]>> = {
  wait: ['R01', 'R09'],
  authorise: ['R08'],
  correct: ['R02', 'R03', 'R04', 'R12', 'R13', 'R20', 'R22', 'R28'],
  anew: ['R18', 'R19', 'R25', 'R26', 'R27'],
}
const ISO: Readonly<Record<Remedy, readonly string[]>> = {
  wait: [],
  authorise: [],
  correct: [
    ...['AC01', 'AC03', 'AC04', 'AC06', 'AC07', 'AC14', 'AC15', 'AGNT'],
    ...['BE01', 'BE04', 'BE06', 'CNOR', 'RC01', 'RC04', 'RC07', 'RC08'],
  ],
  anew: ['BE08', 'DS28', 'ED05', 'TM01'],
}

export function remedyOf(rail: Transfer['rail'], code: string): Remedy | undefined {
  const remedies = Object.entries(rail === 'ach' ? ACH : ISO) as [Remedy, readonly string[]][]
  return remedies.find(([, codes]) => codes.includes(code))?.[0]
}
