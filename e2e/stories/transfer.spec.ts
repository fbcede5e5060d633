import { expect } from '@playwright/test'
import { press } from '../by-keyboard.ts'
import { test } from '../console-test.ts'
import { openItem, signInAs } from '../operator.ts'

test('T-01 X-01 X-02 a transfer is found by its id; its history is read in one order, its postings sum to zero, and what belongs to it is a step away', async ({
  browser,
}) => {
  const page = await signInAs(browser, 'transfers/OPS')
  // What can be sent again is known here from its beginning; of some returns the world does not have the payment itself.
  const transfer = await openItem(
    page,
    'transfers.returns',
    ({ kind }) => kind === 'return',
    'transfers.send_again',
  )
  await page.goto('/app')
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  await page.keyboard.press('Control+k')
  await page.keyboard.type(transfer)
  await expect(page.getByRole('option', { name: new RegExp(transfer) })).toBeVisible()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { level: 1, name: `Transfer ${transfer}` })).toBeVisible()

  // As the server has it: what CTS says and what the Ledger posts, in one list.
  const read = await page.request.get(`/v1/entities/transfer/${transfer}/timeline?limit=100`)
  const { entries } = (await read.json()) as { entries: { source: string }[] }
  expect(new Set(entries.map(({ source }) => source))).toEqual(new Set(['cts', 'ledger']))
  const record = page.getByRole('article').first()
  const sums = record.getByRole('row', { name: /debits less credits so far/ })
  await expect(sums.first()).toContainText('0.00')

  const related = page.getByRole('complementary', { name: 'Related' })
  const other = related.getByRole('link').first()
  const to = await other.getAttribute('href')
  await press(page, other)
  await expect(page).toHaveURL(to ?? '')
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
})
