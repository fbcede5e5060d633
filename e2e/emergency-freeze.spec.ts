import { expect, type Page } from '@playwright/test'
import { test } from './console-test.ts'
import { freeParty, letSignInsAge, signInAs } from './operator.ts'

const askForEmergency = async (page: Page, party: string) => {
  await page.goto(`/app/entities/party/${party}?act=transfers.freeze_entity`)
  const sheet = page.getByRole('dialog', { name: 'Freeze' })
  await sheet.getByLabel('Reason').fill('fraud')
  await sheet.getByLabel('Reason').press('Enter')
  await sheet.getByLabel('Note').fill('Drains through three mules, INC-2231')
  await sheet.getByRole('radio', { name: /Emergency: in force at once/ }).check()
  await sheet.getByRole('button', { name: 'Freeze now' }).click()
  return sheet
}

test('K-20 X-04 X-05 an emergency freeze is in force at once; another agrees to it from the inbox', async ({
  browser,
}) => {
  const asker = await signInAs(browser, 'transfers/COMPLIANCE')
  const approver = await signInAs(browser, 'transfers/ADMIN')
  const party = await freeParty(asker, 0)
  const sheet = await askForEmergency(asker, party)
  await sheet.getByRole('link', { name: 'Open request' }).click()
  await expect(asker.getByText('In force as an emergency.')).toBeVisible()

  await approver.goto('/app/approvals')
  const row = approver
    .getByRole('list', { name: 'Requests' })
    .getByRole('button')
    .filter({ hasText: 'in force, emergency' })
  await row.click()
  const request = approver.getByRole('article', { name: 'Freeze' })
  await expect(request.getByText('In force as an emergency.')).toBeVisible()
  await expect(request.getByRole('button', { name: 'Keep in force' })).toBeVisible()
  await approver.keyboard.press('Control+Enter')
  await expect(row).toBeHidden()
  await expect(asker.getByText('In force as an emergency.')).toBeHidden()
  await expect(asker.getByText('approved', { exact: false }).first()).toBeVisible()
})

test('K-05 X-06 a sign-in that is too old is renewed on the way, and the half-filled form is still there', async ({
  browser,
}) => {
  const asker = await signInAs(browser, 'transfers/COMPLIANCE-2')
  const party = await freeParty(asker, 1)
  await letSignInsAge()
  const sheet = await askForEmergency(asker, party)
  await expect(sheet.getByText(/needs a sign-in of the last 5 min/)).toBeVisible()
  await sheet.getByRole('button', { name: 'Sign in again' }).click()
  await asker.locator('button[value="transfers/COMPLIANCE-2"]').click()

  const again = asker.getByRole('dialog', { name: 'Freeze' })
  await expect(again.getByLabel('Note')).toHaveValue('Drains through three mules, INC-2231')
  await expect(again.getByRole('radio', { name: /Emergency/ })).toBeChecked()
  await again.getByRole('button', { name: 'Freeze now' }).click()
  await expect(again.getByText('Carried out.')).toBeVisible()

  // Rejected, it is lifted, and the record says how.
  const approver = await signInAs(browser, 'transfers/ADMIN-2')
  await again.getByRole('link', { name: 'Open request' }).click()
  await expect(asker).toHaveURL(/\/app\/requests\//)
  await approver.goto(asker.url())
  await expect(approver.getByRole('button', { name: 'Reject' })).toBeVisible()
  await approver.keyboard.press('r')
  const dialog = approver.getByRole('dialog', { name: /Reject/ })
  await dialog.getByLabel('Reason').fill('The mules are payroll.')
  await approver.keyboard.press('Control+Enter')
  await expect(asker.getByText('The emergency was rejected and is lifted.')).toBeVisible()
  await asker.getByRole('link', { name: 'How it was lifted' }).click()
  await expect(asker.getByText('Unfreeze', { exact: false }).first()).toBeVisible()

  // What others have rejected is not put in force again by the same person alone; they read so before they fill it in.
  await expect(asker.getByText('Done', { exact: true }).first()).toBeVisible()
  await asker.goto(`/app/entities/party/${party}?act=transfers.freeze_entity`)
  const barred = asker.getByRole('dialog', { name: 'Freeze' })
  const choice = barred.getByRole('radio', { name: 'Emergency: in force at once' })
  await expect(choice).toHaveAccessibleDescription(/You can ask for another at/)
  await barred.getByRole('radio', { name: 'Ask for approval' }).focus()
  await asker.keyboard.press('ArrowDown')
  await expect(choice).toBeFocused()
  await expect(choice).not.toBeChecked()
  await expect(barred.getByRole('radio', { name: 'Ask for approval' })).toBeChecked()
})
