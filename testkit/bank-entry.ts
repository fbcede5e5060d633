import { randomBytes } from 'node:crypto'
import { expect } from 'vitest'
import type { Product } from './product.ts'

/** A file of the bank with one entry: what these members do not say is an ordinary debit. */
export async function bankEntry(product: Product, entry: object): Promise<void> {
  const sha256 = randomBytes(32).toString('hex')
  const whole = {
    ...{ line: 3, batch: 1, sec_code: 'PPD', transaction_code: '26', side: 'debit' },
    ...{ amount: { amount: '1.00', currency: 'USD' }, rdfi: '091000019', account: sha256.slice(0, 12) },
    ...{ name: 'Dexter Thackery', trace_number: '091000010099999' },
    company: { name: 'Larkspur Freight', id: '1234567890', entry_description: 'RENT' },
    ...entry,
  }
  const send = (method: string, path: string, value: object) =>
    fetch(`${product.sandboxUrl}/cts/files/${sha256}${path}`, {
      method,
      headers: { authorization: `Bearer ${product.sandboxKey}`, 'content-type': 'application/json' },
      body: JSON.stringify(value),
    })
  const [debit, credit] = whole.side === 'debit' ? [whole.amount, []] : [[], whole.amount]
  const declared = { name: 'bank.ach', format: 'nacha', totals: { entries: 1, debit, credit }, chunks: 1 }
  await send('PUT', '', declared)
  await send('PUT', '/chunks/0', { entries: [whole] })
  expect((await send('POST', '/commit', {})).status).toBe(200)
}
