import { mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, type Page, test } from '@playwright/test'
import { openItem, signInAs } from './operator.ts'

/** `UPDATE_PICTURES=1` renews those that the README and the guide show; otherwise all go with the results. */
const SHOWN = ['returns']
const IMAGES = join(import.meta.dirname, '..', 'docs', 'guide', 'images')

async function picture(page: Page, name: string): Promise<void> {
  // Pictures are of a page at rest: no caret, nothing in motion.
  const options = { caret: 'hide', animations: 'disabled' } as const
  const renewed = process.env.UPDATE_PICTURES === '1' && SHOWN.includes(name)
  const path = renewed ? join(IMAGES, `${name}.png`) : test.info().outputPath(`${name}.png`)
  mkdirSync(dirname(path), { recursive: true })
  await page.screenshot({ ...options, path })
}

test('X-14 pictures of the story that the README tells', async ({ browser }) => {
  const asker = await signInAs(browser, 'transfers/OPS')
  const transfer = await openItem(asker, 'transfers.returns', (fields) => fields.kind === 'return')
  await asker.goto(`/app/transfers/returns?open=transfer:${transfer}`)
  await expect(asker.getByRole('row', { name: /debits less credits so far/ }).first()).toBeVisible()
  await picture(asker, 'returns')

  await asker.keyboard.press('r')
  const sheet = asker.getByRole('dialog', { name: 'Return transfer' })
  await expect(sheet.getByText('Who must agree')).toBeVisible()
  await picture(asker, 'action-sheet')
  await sheet.getByRole('button', { name: 'Ask for approval' }).click()
  await expect(sheet.getByText(/It waits for 1 more approval/)).toBeVisible()

  const approver = await signInAs(browser, 'transfers/ADMIN', { theme: 'dark' })
  await approver.goto('/app/approvals')
  await approver.getByRole('list', { name: 'Requests' }).getByRole('button').last().click()
  await expect(approver.getByText('You sign')).toBeVisible()
  await picture(approver, 'approvals')

  await approver.goto('/app/audit')
  await approver.getByRole('grid').getByRole('row').nth(1).click()
  await approver.getByRole('button', { name: 'Prove it is in the log' }).click()
  await expect(approver.getByText('This entry is in the log, unchanged.')).toBeVisible()
  await picture(approver, 'audit')
})
