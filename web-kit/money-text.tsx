import type { ReactNode } from 'react'
import { Money } from './money.tsx'

/** As the server writes money in a sentence: `1 204.50 USD`, digits in groups or not. Anything else stays as it is. */
const MONEY = /(?<![\p{L}\d.,-])(-?\d+(?:[\u202f ]\d{3})*(?:\.\d+)?) ([A-Z]{3})(?![A-Za-z0-9])/gu

/** Within a name that is masked, `P. V••••`: it breaks over no line. */
const MASKED_NAME = /(?<=\p{L}\.) (?=\p{L}•)/gu

const CURRENCIES: ReadonlySet<string> = new Set(Intl.supportedValuesOf('currency'))

/** A sentence of the server's in which amounts are written as everywhere on the screen. */
export function MoneyText({ children: told }: { children: string }): ReactNode {
  const children = told.replaceAll(MASKED_NAME, '\u00a0')
  const parts: ReactNode[] = []
  let from = 0
  for (const match of children.matchAll(MONEY)) {
    const [text, digits = '', currency = ''] = match
    if (!CURRENCIES.has(currency)) continue
    parts.push(children.slice(from, match.index))
    const amount = digits.replaceAll(/[\u202f ]/g, '')
    parts.push(<Money key={match.index} value={{ amount, currency }} />)
    from = match.index + text.length
  }
  return from === 0 ? children : [...parts, children.slice(from)]
}
