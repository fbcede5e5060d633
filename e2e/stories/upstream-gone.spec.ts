import { expect } from '@playwright/test'
import { press } from '../by-keyboard.ts'
import { test } from '../console-test.ts'
import { misbehave, openItem, signInAs } from '../operator.ts'

test('T-07 K-37 X-02 a record whose upstream cannot be read is shown as a copy, with its age and without destructive actions', async ({
  browser,
}) => {
  const page = await signInAs(browser, 'transfers/OPS')
  const id = await openItem(page, 'transfers.returns', (fields) => fields.kind === 'return')
  await misbehave({ upstream: 'cts', mode: 'error_5xx', rate: 1, count: 10_000 })
  try {
    await page.goto(`/app/entities/transfer/${id}`)
    await expect(page.getByText(/This is a copy, .* old/)).toBeVisible()
    const button = page.getByRole('button', { name: 'Return transfer' })
    await expect(button).toHaveAttribute('aria-disabled', 'true')
    await expect(button).toHaveAccessibleDescription(/cannot be read/)
    await page.keyboard.press('r')
    await expect(page.getByRole('dialog')).toBeHidden()
  } finally {
    await misbehave({ upstream: 'cts', mode: 'off', rate: 1, count: 1 })
  }
  await expect(async () => {
    await press(page, page.getByRole('button', { name: 'Read again' }))
    await expect(page.getByText(/This is a copy/)).toBeHidden({ timeout: 2_000 })
  }).toPass()
  await expect(page.getByRole('button', { name: 'Return transfer' })).not.toHaveAttribute(
    'aria-disabled',
    'true',
  )
})
