import { expect } from '@playwright/test'
import { tabTo } from '../by-keyboard.ts'
import { test } from '../console-test.ts'
import { signInAs } from '../operator.ts'

test('T-02 K-26 X-02 X-07 a queue is worked: rows, what is chosen, what is taken up, the record beside it, its actions', async ({
  browser,
}) => {
  const page = await signInAs(browser, 'transfers/OPS')
  await page.goto('/app/transfers/returns?kind=return&sort=-opened_at')
  const grid = page.getByRole('grid', { name: 'Returns' })
  await expect(grid.getByRole('row').nth(3)).toBeVisible()
  const height = await grid
    .getByRole('row')
    .nth(2)
    .evaluate((row) => row.getBoundingClientRect().height)
  expect(height).toBe(32)

  const activeRow = () => grid.locator('[data-active]')
  const first = await activeRow().getAttribute('aria-rowindex')
  await page.keyboard.press('j')
  await page.keyboard.press('j')
  await page.keyboard.press('k')
  expect(Number(await activeRow().getAttribute('aria-rowindex'))).toBe(Number(first) + 1)

  await page.keyboard.press('x')
  await expect(activeRow()).toHaveAttribute('aria-selected', 'true')
  await expect(page.getByText('1 selected')).toBeVisible()

  await page.keyboard.press('a')
  await expect(activeRow().getByRole('img', { name: 'Assigned to you' })).toBeVisible()
  await page.keyboard.press('a')
  await expect(activeRow().getByRole('img', { name: 'Assigned to you' })).toBeHidden()

  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/[?&]open=transfer:/)
  const record = page.getByRole('region', { name: 'Open record' })
  await expect(record.getByText('Timeline')).toBeVisible()

  // Beside an open record the row under the hand is the record that is shown, always.
  const shown = () => new URL(page.url()).searchParams.get('open')
  const opened = shown()
  await page.keyboard.press('j')
  await expect.poll(shown).not.toBe(opened)
  await expect(activeRow()).toHaveAttribute('data-open', /.*/)
  await page.keyboard.press('k')
  await expect.poll(shown).toBe(opened)

  // Another story may have asked for something on this one: the next that can be returned.
  await expect(async () => {
    const offered = record.getByRole('button', { name: 'Return transfer' })
    await expect(offered).toBeVisible({ timeout: 2_000 })
    const barred = (await offered.getAttribute('aria-disabled')) === 'true'
    if (barred) await page.keyboard.press('j')
    expect(barred).toBe(false)
  }).toPass()
  await page.keyboard.press('.')
  await expect(page.getByRole('dialog', { name: 'Actions' })).toBeVisible()
  await page.keyboard.press('r')
  await expect(page.getByRole('dialog', { name: 'Return transfer' })).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog')).toBeHidden()
  await expect(record).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(record).toBeHidden()

  await page.keyboard.press('?')
  const keys = page.getByRole('dialog', { name: 'Keys' })
  await expect(keys.getByText('Next row')).toBeVisible()
  await page.keyboard.press('Escape')

  await tabTo(page, grid)
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('End')
  const last = Number(await activeRow().getAttribute('aria-rowindex'))
  await page.keyboard.press('Home')
  expect(last).toBeGreaterThan(Number(await activeRow().getAttribute('aria-rowindex')))
})
