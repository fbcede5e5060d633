// @vitest-environment happy-dom
import { cleanup } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import { MoneyText } from './money-text.tsx'
import { renderInConsole } from './render-in-console.tsx'

afterEach(cleanup)

test.each([
  ['1 204.50 USD leave suspense.', '1,204.50 USD leave suspense.'],
  ['From 12000.00 EUR to -3.10 EUR', 'From 12,000.00 EUR to -3.10 EUR'],
  // What is written in another way is not taken apart: half of an amount is another amount.
  ['12,000.00 USD to Acme', '12,000.00 USD to Acme'],
  ['12.000,00 EUR an Acme', '12.000,00 EUR an Acme'],
  ['INV-2231 USD', 'INV-2231 USD'],
  ['5 ABC', '5 ABC'],
])('X-03 %j reads %j', (written, shown) => {
  renderInConsole(
    <p>
      <MoneyText>{written}</MoneyText>
    </p>,
    { answer: () => null },
  )
  expect(document.querySelector('p')?.textContent?.replace('\u2212', '-')).toBe(shown)
})
