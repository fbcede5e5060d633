import type { Random } from './random.ts'

/** An ABA routing number with its check digit (weights 3, 7, 1). */
function routingNumber(random: Random): string {
  const body = `0${random.whole(1, 9)}${random.digits(6)}`
  const weights = [3, 7, 1, 3, 7, 1, 3, 7]
  const sum = weights.reduce((total, weight, index) => total + weight * Number(body[index]), 0)
  return `${body}${(10 - (sum % 10)) % 10}`
}

/** An account number of the country: an IBAN with its check digits (ISO 13616) where the country has them. */
export function accountNumber(country: string, random: Random): string {
  switch (country) {
    case 'DE':
      return iban('DE', random.digits(18))
    case 'NL':
      return iban('NL', `SBOX${random.digits(10)}`)
    case 'ES':
      return iban('ES', random.digits(20))
    case 'GB':
      return iban('GB', `SBOX${random.digits(14)}`)
    case 'KW':
      return iban('KW', `SBOX${random.digits(22)}`)
    default:
      return random.digits(country === 'JP' ? 7 : 10)
  }
}

/** The bank that holds it: a routing number in the United States, a BIC elsewhere. */
export function institution(country: string, random: Random): string {
  return country === 'US' ? routingNumber(random) : `SBOX${country}2A`
}

function iban(country: string, bban: string): string {
  const digits = `${bban}${country}00`.replace(/[A-Z]/g, (letter) => String(letter.charCodeAt(0) - 55))
  const check = 98n - (BigInt(digits) % 97n)
  return `${country}${String(check).padStart(2, '0')}${bban}`
}
