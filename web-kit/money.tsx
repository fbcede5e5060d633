import type { WireMoney } from '@countersign/sdk/wire/values.ts'
import { useLanguage } from './messages.ts'
import styles from './money.module.css'
import { numberFormat } from './number-format.ts'

/** Whether a value off the wire is money. */
export function isMoney(value: unknown): value is WireMoney {
  if (typeof value !== 'object' || value === null) return false
  const { amount, currency } = value as Record<string, unknown>
  return typeof amount === 'string' && typeof currency === 'string'
}

const DECIMAL = /^-?\d+(\.\d+)?$/

/**
 * `1,204.50 USD`: grouped as the language does, with exactly the minor digits that the server sent, never through a
 * float (`Intl.NumberFormat` formats decimal strings exactly). Negative with a true minus sign.
 */
export function formatMoney(money: WireMoney, language: string): { amount: string; currency: string } {
  if (!DECIMAL.test(money.amount)) return money
  const digits = money.amount.split('.')[1]?.length ?? 0
  const format = numberFormat(language, {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  })
  const amount = format.format(money.amount as Intl.StringNumericLiteral).replace('-', '−')
  return { amount, currency: money.currency }
}

/** An amount and its ISO code in tabular figures. */
export function Money({ value, size = 'normal' }: { value: WireMoney; size?: 'normal' | 'large' }) {
  const { amount, currency } = formatMoney(value, useLanguage())
  return (
    <span className={styles.money} data-size={size} dir="ltr">
      {amount} <span className={styles.currency}>{currency}</span>
    </span>
  )
}

/** Minor units of a decimal string, by the number of digits it carries. */
export function minorUnits(money: WireMoney): bigint {
  return BigInt(money.amount.replace('.', ''))
}

/** The decimal string of minor units with `digits` minor digits. */
export function fromMinor(minor: bigint, digits: number): string {
  const sign = minor < 0n ? '-' : ''
  const text = (minor < 0n ? -minor : minor).toString().padStart(digits + 1, '0')
  return digits === 0 ? `${sign}${text}` : `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}`
}
