import { expect } from '@playwright/test'
import { press } from '../by-keyboard.ts'
import { test } from '../console-test.ts'
import { signInAs } from '../operator.ts'

test('T-09 X-01 X-02 what to do stands beside each queue, and leads to where it begins', async ({
  browser,
}) => {
  const page = await signInAs(browser, 'transfers/COMPLIANCE')
  for (const [queue, situation, guide] of [
    ['exceptions', 'There is more than this shift can do', 'reconciliation'],
    ['returns', 'A deadline of the scheme is today', 'returns'],
    ['compliance', 'A party was frozen and is not the listed person', 'compliance'],
  ] as const) {
    await page.goto(`/app/transfers/${queue}`)
    await press(page, page.getByRole('button', { name: 'What to do' }))
    await expect(page.getByRole('dialog').getByText(situation)).toBeVisible()
    await expect(
      page.getByRole('dialog').getByRole('link', { name: 'The guide of this queue' }),
    ).toHaveAttribute('href', `/app/help/${guide}`)
  }
  await press(page, page.getByRole('dialog').getByRole('link', { name: 'The guide of this queue' }))
  await expect(page).toHaveURL('/app/help/compliance')
  await expect(
    page.getByRole('heading', { name: 'A party was frozen and is not who is listed' }),
  ).toBeVisible()
  await page.goBack()
  await press(page, page.getByRole('button', { name: 'What to do' }))
  await press(page, page.getByRole('dialog').getByRole('link', { name: 'Rules of screening' }))
  await expect(page).toHaveURL('/app/entities/screening/overview')
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
})
