import { expect } from '@playwright/test'
import { test } from './console-test.ts'
import { freeParty, signInAs } from './operator.ts'

test('X-12 on a phone a party is frozen by one person and agreed to by another, touched and never wider than the screen', async ({
  browser,
}) => {
  const phone = { width: 390, height: 844 }
  const officer = await signInAs(browser, 'transfers/COMPLIANCE', phone)
  const other = await signInAs(browser, 'transfers/ADMIN', phone)
  const party = await freeParty(officer, 1)
  await officer.goto(`/app/entities/party/${party}`)
  await officer.getByRole('button', { name: /^Freeze/ }).click()
  const sheet = officer.getByRole('dialog', { name: 'Freeze' })
  await sheet.getByLabel('Reason', { exact: true }).click()
  await officer.getByRole('option', { name: /fraud/i }).first().click()
  await sheet.getByLabel('Note').fill('Told of on the way home')
  await sheet.getByRole('button', { name: 'Ask for approval' }).click()
  await sheet.getByRole('link', { name: 'Open request' }).click()
  await expect(officer).toHaveURL(/\/app\/requests\//)

  await other.goto('/app/approvals')
  const waiting = other.getByRole('list', { name: 'Requests' }).getByRole('button')
  await waiting.filter({ hasText: 'Freeze' }).filter({ hasText: 'Priya Raman' }).first().click()
  await other.getByRole('article', { name: 'Freeze' }).getByRole('button', { name: 'Approve' }).click()
  for (const page of [officer, other]) {
    await expect(page.getByRole('article').first().getByText('Done').first()).toBeVisible()
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(phone.width)
  }
  await other.goto(`/app/entities/party/${party}`)
  await expect(other.getByRole('alert').getByText(/^Frozen: no transfer/)).toBeVisible()
})
