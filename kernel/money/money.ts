import { z } from 'zod'
import { type Said, say, written } from '../languages/say.ts'
import { minorDigits } from './currency.ts'

/** An amount in the currency's minor unit (cents for USD, yen for JPY). Never a float. */
export type Money = { readonly minor: bigint; readonly currency: string }

/** Money on the wire: a decimal string with exactly the currency's own number of minor digits. */
export type WireMoney = { readonly amount: string; readonly currency: string }

const AMOUNT = /^-?(0|[1-9][0-9]{0,17})(?:\.([0-9]+))?$/

export const wireMoney = z.strictObject({ amount: z.string(), currency: z.string() }).check((context) => {
  const problem = wireMoneyProblem(context.value)
  if (problem)
    context.issues.push({
      code: 'custom',
      input: context.value,
      path: problem.path,
      message: written(problem.message),
    })
})

/** @throws RangeError on text that is not money; check with {@link wireMoney} at the edge */
export function moneyFromWire(wire: WireMoney): Money {
  const problem = wireMoneyProblem(wire)
  if (problem)
    throw new RangeError(`${wire.amount} ${wire.currency} is no money: ${problem.path.join('.')} is at fault`)
  return { minor: BigInt(wire.amount.replace('.', '')), currency: wire.currency }
}

export function moneyToWire(money: Money): WireMoney {
  return { amount: decimalText(money), currency: money.currency }
}

/** `1204.50`: no grouping, the currency's own digits. */
export function decimalText({ minor, currency }: Money): string {
  const digits = minorDigits(currency)
  if (digits === undefined) throw new RangeError(`"${currency}" is not an ISO 4217 currency in force`)
  const sign = minor < 0n ? '-' : ''
  const text = (minor < 0n ? -minor : minor).toString().padStart(digits + 1, '0')
  return digits === 0 ? `${sign}${text}` : `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}`
}

/** `1 204.50 USD`, for sentences written by the server. Screens format with Intl. */
export function moneyText(wire: WireMoney): string {
  const [whole = '', fraction] = wire.amount.split('.')
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, '\u202f')
  return `${grouped}${fraction === undefined ? '' : `.${fraction}`} ${wire.currency}`
}

function wireMoneyProblem(wire: WireMoney): { path: string[]; message: Said } | undefined {
  const digits = minorDigits(wire.currency)
  if (digits === undefined) {
    return { path: ['currency'], message: say`must be an ISO 4217 currency code in force, such as "USD"` }
  }
  const match = AMOUNT.exec(wire.amount)
  if (!match || (match[2]?.length ?? 0) !== digits) {
    const example = digits === 0 ? '1204' : `1204.${'5'.padEnd(digits, '0')}`
    return {
      path: ['amount'],
      message: say`must be a decimal string with ${digits} minor digits for ${wire.currency}, such as "${example}"`,
    }
  }
  return undefined
}
