import { expect } from '@playwright/test'
import { expectAccessible } from './accessibility.ts'
import { test } from './console-test.ts'
import { signInAs } from './operator.ts'

test('K-46 X-07 an administrator reviews who holds what, grants a role with a second person, and takes it away', async ({
  browser,
}) => {
  // Three people sign in.
  test.slow()
  const joiner = await signInAs(browser, 'transfers/OPS-2')
  const { person } = (await (await joiner.request.get('/v1/me')).json()) as { person: { name: string } }
  const admin = await signInAs(browser, 'transfers/ADMIN')
  await admin
    .getByRole('navigation', { name: 'Consoles' })
    .getByRole('link', { name: 'People and roles' })
    .click()
  const row = admin.getByRole('row').filter({ hasText: person.name })
  await expect(row.filter({ hasText: 'transfers/OPS' })).toContainText('identity provider')
  await expectAccessible(admin)

  await row.getByRole('link', { name: person.name }).first().click()
  await admin.getByRole('button', { name: 'Grant role' }).click()
  const sheet = admin.getByRole('dialog', { name: 'Grant role' })
  await sheet.getByLabel('Role').selectOption('transfers/COMPLIANCE')
  await sheet.getByLabel('Reason').fill('Covers')
  await sheet.getByRole('option', { name: /Covers for somebody/ }).click()
  await expectAccessible(admin)
  await sheet.getByRole('button', { name: 'Ask for approval' }).click()
  await sheet.getByRole('button', { name: 'Close' }).click()

  const second = await signInAs(browser, 'transfers/ADMIN-2')
  await second.goto('/app/approvals')
  await second.getByRole('button', { name: /Grant role/ }).click()
  await expect(second.getByText('As seen by', { exact: false }).first()).toBeVisible()
  const signed = second.waitForResponse(/\/approve$/)
  await second.getByRole('button', { name: 'Approve' }).click()
  expect((await signed).status()).toBe(200)

  await expect(admin.getByRole('article').getByText(/transfers\/COMPLIANCE granted by/)).toBeVisible()
  await admin.getByRole('button', { name: 'Take role away' }).click()
  const away = admin.getByRole('dialog', { name: 'Take role away' })
  await away.getByLabel('Reason').fill('Duties')
  await away.getByRole('option', { name: /Duties have changed/ }).click()
  await away.getByRole('button', { name: 'Take role away' }).click()
  await away.getByRole('button', { name: 'Close' }).click()
  await admin.goto('/app/system/access?tab=changes')
  await expect(
    admin.getByRole('row').filter({ hasText: person.name }).filter({ hasText: 'left' }).first(),
  ).toContainText('transfers/COMPLIANCE')
  await expectAccessible(admin)
})
