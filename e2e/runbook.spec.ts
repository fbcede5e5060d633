import { expect, test } from '@playwright/test'
import { signInAs } from './operator.ts'

test('T-09 X-01 what to do stands beside each queue, and leads to where it begins, by keyboard', async ({
  browser,
}) => {
  const page = await signInAs(browser, 'transfers/COMPLIANCE')
  for (const [queue, situation] of [
    ['exceptions', 'There is more than this shift can do'],
    ['returns', 'A deadline of the scheme is today'],
    ['compliance', 'A party was frozen and is not the listed person'],
  ] as const) {
    await page.goto(`/app/transfers/${queue}`)
    await page.getByRole('button', { name: 'What to do' }).press('Enter')
    await expect(page.getByRole('dialog').getByText(situation)).toBeVisible()
  }
  await page.getByRole('dialog').getByRole('link', { name: 'Rules of screening' }).press('Enter')
  await expect(page).toHaveURL('/app/entities/screening/overview')
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
})
