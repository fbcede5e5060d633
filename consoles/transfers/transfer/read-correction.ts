import type { AccountCorrection } from './account-correction.ts'
import { isRoutingNumber } from './routing-number.ts'

/** What a change code corrects nothing with: the originator has to hear of it all the same. */
const WITHOUT_CORRECTION = new Set(['C13', 'C14'])

/** Whether a notification with this code is taken note of: it corrects no account data, or refuses a notification of ours. */
export function onlyNoted(code: string): boolean {
  return WITHOUT_CORRECTION.has(code) || /^C6\d$/.test(code)
}

/**
 * The account data in a notification of change, by the places that its code gives them; undefined where they are not formed so.
 * Nacha Operating Rules, Appendix Five: the corrected data field, 29 characters (IAT: 35).
 */
export function readCorrection(code: string, correctedData: string): AccountCorrection | undefined {
  const field = (from: number, to: number) => correctedData.slice(from - 1, to).trim()
  switch (code) {
    case 'C01':
      return whole({ account: account(field(1, 17)) }, field(18, 35))
    case 'C02':
      return whole({ routing_number: routing(field(1, 9)) }, field(10, 35))
    case 'C03':
      return whole({ routing_number: routing(field(1, 9)), account: account(field(13, 29)) }, field(10, 12))
    case 'C04':
      return whole({ name: field(1, 22) || undefined }, field(23, 35))
    case 'C05':
      return whole({ account_type: accountType(field(1, 2)) }, field(3, 35))
    case 'C06':
      return whole(
        { account: account(field(1, 17)), account_type: accountType(field(21, 22)) },
        field(18, 20) + field(23, 35),
      )
    case 'C07':
      return whole(
        {
          routing_number: routing(field(1, 9)),
          account: account(field(10, 26)),
          account_type: accountType(field(27, 28)),
        },
        field(29, 35),
      )
    case 'C08':
      return whole({ routing_number: field(1, 34) || undefined }, field(35, 35))
    case 'C09':
      return whole({ individual_id: field(1, 22) || undefined }, field(23, 35))
    default:
      return undefined
  }
}

/** Nothing is corrected by half, nor with something left over that nobody has read. */
function whole(found: AccountCorrection, rest: string): AccountCorrection | undefined {
  return rest === '' && Object.values(found).every((value) => value !== undefined) ? found : undefined
}

function account(text: string): string | undefined {
  return /^[0-9A-Z -]+$/i.test(text) ? text : undefined
}

function routing(text: string): string | undefined {
  return isRoutingNumber('ach', text) ? text : undefined
}

/** Nacha transaction codes: 2x is a demand account, 3x a savings account. */
function accountType(text: string): 'checking' | 'savings' | undefined {
  if (/^2[1-9]$/.test(text)) return 'checking'
  return /^3[1-9]$/.test(text) ? 'savings' : undefined
}
