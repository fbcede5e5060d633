import { expect } from '@playwright/test'
import { expectAccessible } from './accessibility.ts'
import { test } from './console-test.ts'
import { signInAs } from './operator.ts'

test('K-14 X-07 rules are edited as a form that reads as sentences, tried on the past, kept as a draft, and asked for', async ({
  browser,
}) => {
  const admin = await signInAs(browser, 'transfers/ADMIN')
  await admin
    .getByRole('navigation', { name: 'Consoles' })
    .getByRole('link', { name: 'Approval rules' })
    .click()
  await admin.getByRole('main').getByRole('link', { name: 'Transfers' }).click()
  await expect(admin.getByText('Return transfer: 1 person with transfers/ADMIN must agree')).toBeVisible()
  await expectAccessible(admin)

  await admin.getByRole('button', { name: 'Change approval rules' }).click()
  const sheet = admin.getByRole('dialog', { name: 'Change approval rules' })
  await sheet.getByLabel('Add a rule').selectOption('transfers.return_transfer')
  await sheet.getByLabel('Amount over', { exact: true }).fill('1000')
  await sheet.getByLabel('Currency of “Amount over”').fill('usd')
  await expect(sheet.getByText('must be a decimal string', { exact: false }).first()).toBeVisible()
  await sheet.getByLabel('Amount over', { exact: true }).fill('1000.00')
  await sheet.getByLabel('People who must agree').fill('2')
  // Of administrators, so that the other stories' returns stay as they were.
  await sheet.getByLabel('Asked by the role').selectOption('transfers/ADMIN')
  const sentence =
    'Return transfer, over 1,000.00 USD, asked by transfers/ADMIN: 2 people with transfers/ADMIN must agree within 24 hours.'
  await expect(sheet.getByText(sentence)).toBeVisible()
  await expectAccessible(admin)

  // Nothing typed is lost.
  await admin.reload()
  await expect(sheet.getByText(sentence)).toBeVisible()
  await sheet.getByRole('button', { name: 'What would have been decided otherwise?' }).click()
  await expect(sheet.getByText(/\d+ of \d+ requests? of the last 90 days would have been/)).toBeVisible()

  await sheet.getByLabel('Reason').fill('Review')
  await sheet.getByRole('option', { name: /Review of limits/ }).click()
  await sheet.getByRole('button', { name: 'Ask for approval' }).click()
  await sheet.getByRole('button', { name: 'Close' }).click()

  const inbox = await signInAs(browser, 'transfers/COMPLIANCE')
  await inbox.goto('/app/approvals')
  await inbox.getByRole('button', { name: /Change approval rules/ }).click()
  await expect(
    inbox
      .getByText(
        'over 1,000.00 USD, asked by transfers/ADMIN: 2 people with transfers/ADMIN must agree within 24 hours',
      )
      .first(),
  ).toBeVisible()
  const other = await signInAs(browser, 'transfers/ADMIN-2')
  for (const page of [inbox, other]) {
    await page.goto('/app/approvals')
    await page.getByRole('button', { name: /Change approval rules/ }).click()
    const signed = page.waitForResponse(/\/approve$/)
    await page.getByRole('button', { name: 'Approve' }).click()
    expect((await signed).status()).toBe(200)
  }
  await other.goto('/app/entities/approval_policy/transfers')
  await expect(other.getByText(sentence)).toBeVisible()
  const versions = other.getByRole('region', { name: 'How they came to be' })
  await expect(versions.getByText('Version 1', { exact: false })).toBeVisible()
  await expect(versions.getByText(/agreed by .* and /)).toBeVisible()
})
