import { expect } from '@playwright/test'
import { expectAccessible } from './accessibility.ts'
import { test } from './console-test.ts'
import { signInAs } from './operator.ts'

test('K-47 X-07 a security event shows in the bar at once, is opened, acknowledged and over', async ({
  browser,
}) => {
  const admin = await signInAs(browser, 'transfers/ADMIN')
  await admin.goto('/app/system/alerts')
  await expect(admin.getByRole('heading', { name: 'Alerts' })).toBeVisible()
  const platform = await signInAs(browser, 'platform/PLATFORM_ADMIN')
  expect((await platform.request.get('/v1/queues/transfers.returns/items')).status()).toBe(404)

  // Without a touch.
  const row = admin.getByRole('row', { name: /Security event UNAUTHORIZED_ACCESS_ATTEMPT/ })
  await expect(row).toBeVisible()
  await expect(
    admin.getByRole('banner').getByRole('link', { name: /alerts? that nobody sees to/ }),
  ).toBeVisible()
  await expectAccessible(admin)
  await row.getByRole('link').click()
  await expect(admin.getByRole('article')).toContainText('high')
  await expectAccessible(admin)
  await admin.getByRole('button', { name: 'Acknowledge' }).click()
  const sheet = admin.getByRole('dialog', { name: 'Acknowledge' })
  await sheet.getByLabel('Reason').fill('I see to it')
  await sheet.getByRole('option', { name: /I see to it/ }).click()
  await sheet.getByRole('button', { name: 'Acknowledge' }).click()
  await sheet.getByRole('button', { name: 'Close' }).click()
  await expect(admin.getByRole('article').getByText('over', { exact: true })).toBeVisible()
  await admin.goto('/app/system/alerts?state=over')
  await expect(admin.getByRole('row', { name: /UNAUTHORIZED_ACCESS_ATTEMPT/ })).toBeVisible()
})

test('K-47 X-07 an administrator sets who is on call, and the page says who it is now', async ({
  browser,
}) => {
  const admin = await signInAs(browser, 'transfers/ADMIN')
  await admin.goto('/app/system/alerts')
  await admin.getByRole('region', { name: 'On call' }).getByRole('link').click()
  await admin.getByRole('button', { name: 'Change who is on call' }).click()
  const sheet = admin.getByRole('dialog', { name: 'Change who is on call' })
  await sheet.getByRole('button', { name: 'Add a person' }).click()
  await sheet.getByLabel('Person').selectOption('transfers-ADMIN')
  await sheet.getByLabel('Time zone').fill('UTC')
  for (const day of ['Sat', 'Sun']) await sheet.getByLabel(day).check()
  await sheet.getByLabel('From').fill('00:00')
  await sheet.getByLabel('To').fill('00:00')
  await expectAccessible(admin)
  await sheet.getByLabel('Reason').fill('New plan')
  await sheet.getByRole('option', { name: /New plan of shifts/ }).click()
  await sheet.getByRole('button', { name: 'Change who is on call' }).click()
  await sheet.getByRole('button', { name: 'Close' }).click()
  await expect(
    admin.getByRole('cell', { name: /Mon, Tue, Wed, Thu, Fri, Sat, Sun 00:00–00:00/ }),
  ).toBeVisible()
  await admin.goto('/app/system/alerts')
  await expect(admin.getByText('now Amara Okafor (transfers-ADMIN)')).toBeVisible()
})
