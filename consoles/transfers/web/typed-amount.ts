import type { WireMoney } from '@countersign/sdk/wire/values.ts'
import { numberFormat } from '@countersign/web-kit/number-format.ts'

/** An amount as somebody of that language types it: with its decimal sign, and not in groups. */
export function typedAmount({ amount }: WireMoney, language: string): string {
  return amount.replace('.', signsOf(language).decimal)
}

/** What was typed as it is sent, whatever groups it; what is no amount stays as it is, and is refused as such. */
export function amountTyped(typed: string, language: string): string {
  const { decimal, group } = signsOf(language)
  const plain = typed.replaceAll(/[\s\u00a0\u202f]/gu, '')
  // 10,000.50 has groups in every language that writes a point, and 10000.50 none in one that writes a comma.
  return decimal === '.'
    ? plain.replaceAll(group, '')
    : plain.includes(decimal)
      ? plain.replaceAll('.', '').replace(decimal, '.')
      : plain
}

/** Whether it is an amount of the line's currency: so many decimals as that has, and neither less nor more. */
export function isAmount(amount: string, line: WireMoney): boolean {
  const digits = decimalsOf(line)
  return new RegExp(digits === 0 ? '^\\d+$' : `^\\d+\\.\\d{${digits}}$`).test(amount)
}

function decimalsOf({ amount }: WireMoney): number {
  return amount.split('.')[1]?.length ?? 0
}

function signsOf(language: string): { decimal: string; group: string } {
  const parts = numberFormat(language).formatToParts(12345.6)
  const sign = (type: string) => parts.find((part) => part.type === type)?.value
  return { decimal: sign('decimal') ?? '.', group: sign('group') ?? ',' }
}
