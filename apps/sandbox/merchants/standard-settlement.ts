import type { SettlementConfig } from './merchant.ts'

const EURO_COUNTRIES: ReadonlySet<string> = new Set(
  'AT BE CY DE EE ES FI FR GR HR IE IT LT LU LV MT NL PT SI SK'.split(' '),
)
const CURRENCIES: Readonly<Record<string, string>> = { GB: 'GBP', JP: 'JPY', US: 'USD' }

/** How a merchant is settled of whom nobody has said otherwise: what finance has set for its country. */
export function standardSettlement(country: string): SettlementConfig {
  const currency = CURRENCIES[country] ?? (EURO_COUNTRIES.has(country) ? 'EUR' : 'USD')
  return { schedule: 'daily', cut_off: '17:00', currency }
}
