import { expect, type Page } from '@playwright/test'
import { test } from './console-test.ts'
import { signInAs } from './operator.ts'

const returns = '/app/transfers/returns?kind=return&sort=-opened_at'
const grid = (page: Page) => page.getByRole('grid', { name: 'Returns' })
const activeRow = (page: Page) => grid(page).locator('[data-active]')
const openParam = (page: Page) => new URL(page.url()).searchParams.get('open')

test('X-02 X-07 with a record open every key is about that record', async ({ browser }) => {
  const page = await signInAs(browser, 'transfers/OPS')
  await page.goto(returns)
  await expect(grid(page).getByRole('row').nth(3)).toBeVisible()
  await page.keyboard.press('j')
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/open=transfer:/)
  const first = openParam(page)

  await page.keyboard.press('j')
  await expect.poll(() => openParam(page)).not.toBe(first)
  await expect(activeRow(page)).toHaveAttribute('aria-current', 'true')
  const record = page.getByRole('region', { name: 'Open record' })
  const heading = record.getByRole('heading', { level: 2 })
  await expect(heading).toContainText(openParam(page)?.replace('transfer:', '') ?? '-')

  // Another row selected does not draw the key away from what is open.
  await grid(page).getByRole('checkbox').first().check()
  expect(openParam(page)).not.toBe(first)
  await page.keyboard.press('a')
  await expect(activeRow(page).getByRole('img', { name: 'Assigned to you' })).toBeVisible()
  await expect(record.getByRole('button', { name: 'Give back' })).toBeVisible()
  await page.keyboard.press('a')
  await expect(activeRow(page).getByRole('img', { name: 'Assigned to you' })).toBeHidden()

  await page.keyboard.press('Enter')
  await expect(record).toBeFocused()
  await page.keyboard.press('Escape')
  await expect(record).toBeHidden()
  await expect(grid(page)).toBeFocused()
  // Stepping from record to record is no journey to go back through.
  await page.goBack()
  expect(openParam(page)).not.toBeNull()
})

test('X-07 after a click in the menu the keys are the list’s, not the menu’s', async ({ browser }) => {
  const page = await signInAs(browser, 'transfers/OPS')
  await page.goto('/app/approvals')
  await page
    .getByRole('navigation', { name: 'Consoles' })
    .getByRole('link', { name: /Returns/ })
    .click()
  await expect(grid(page)).toBeFocused()
  await page.keyboard.press('j')
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/\/transfers\/returns\?open=transfer:/)
})

test('X-02 K-26 K-19 choosing rows moves none, and an action is asked for over all that are chosen', async ({
  browser,
}) => {
  const page = await signInAs(browser, 'transfers/OPS')
  await page.goto(returns)
  const box = (nth: number) => grid(page).getByRole('checkbox').nth(nth)
  await expect(box(3)).toBeVisible()
  const before = await box(2).boundingBox()
  await box(0).check()
  await box(1).check()
  await expect(page.getByText('2 selected')).toBeVisible()
  expect((await box(2).boundingBox())?.y).toBe(before?.y)
  await page.keyboard.press('.')
  await page.getByRole('menuitem', { name: 'Return transfer' }).click()
  await expect(page.getByRole('dialog', { name: /^Return transfer/ })).toBeVisible()
  expect(openParam(page)).toBeNull()
  await page.keyboard.press('Escape')
  await page.keyboard.press('Shift+F')
  await expect(page.getByRole('menu', { name: '+ filter' })).toBeVisible()
})

test('X-02 a list of what is done says so and calls nothing late', async ({ browser }) => {
  const page = await signInAs(browser, 'transfers/OPS')
  await page.goto('/app/transfers/returns?state=done')
  await expect(page.getByText(/^[\d,]+ done$/)).toBeVisible()
  await expect(page.locator('main').getByText(/late|past it/)).toHaveCount(0)
})

test('X-02 the header counts what is late in the list that is shown', async ({ browser }) => {
  const page = await signInAs(browser, 'transfers/OPS')
  await page.goto('/app/transfers/returns?code=R99')
  await expect(page.locator('main').getByText('0 open', { exact: true })).toBeVisible()
  await expect(page.locator('main').getByText(/past it/)).toHaveCount(0)
})

test('K-08 whoever has no role in a console does not take up its work, and is told why', async ({
  browser,
}) => {
  const page = await signInAs(browser, 'kernel/auditor')
  await page.goto('/app/transfers/returns')
  await grid(page).getByRole('row').nth(2).click()
  const assign = page
    .getByRole('region', { name: 'Open record' })
    .getByRole('button', { name: 'Assign to me' })
  await expect(assign).toHaveAttribute('aria-disabled', 'true')
  await expect(assign).toHaveAccessibleDescription(/role in transfers/)
})

test('K-39 while a request waits, the row and the record say so and by whom', async ({ browser }) => {
  const page = await signInAs(browser, 'transfers/OPS')
  await page.goto(returns)
  await expect(grid(page).getByRole('row').nth(3)).toBeVisible()
  const enabled = page.getByRole('button', { name: 'Return transfer' })
  const rows = await grid(page).getByRole('row').count()
  for (let row = 1; row < rows; row += 1) {
    await grid(page).getByRole('row').nth(row).click()
    await expect(enabled).toBeVisible()
    if ((await enabled.getAttribute('aria-disabled')) === null) break
  }
  await page.keyboard.press('r')
  const sheet = page.getByRole('dialog', { name: 'Return transfer' })
  await expect(sheet.getByText('Who must agree')).toBeVisible()
  await page.keyboard.press('Control+Enter')
  await expect(sheet.getByText(/It waits for 1 more approval/)).toBeVisible()
  await expect(sheet.getByRole('button', { name: 'Close' })).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(sheet).toBeHidden()
  await expect(activeRow(page).getByRole('img', { name: 'Waits for approval, asked by you' })).toBeVisible()
  await expect(enabled).toHaveAttribute('aria-disabled', 'true')
  await expect(enabled).toHaveAccessibleDescription('It waits for approval, asked by you.')

  // Her own request tells her who may agree, and that it is not her.
  await page.getByRole('link', { name: 'Open request' }).first().click()
  await expect(page.getByText(/Not you: you asked for it/)).toBeVisible()
})

test('X-08 X-14 written from right to left, figures stay aligned by their units and names keep their beginning', async ({
  browser,
}) => {
  const page = await signInAs(browser, 'transfers/OPS', { language: 'ar' })
  await page.goto(returns)
  const list = page.getByRole('grid')
  await expect(list.getByRole('row').nth(3)).toBeVisible()
  const row = list.getByRole('row').nth(2)
  const styles = await row.evaluate((node) =>
    [...node.querySelectorAll('[role="gridcell"]')].map((cell) => ({
      end: cell.getAttribute('data-align') === 'end',
      align: getComputedStyle(cell).textAlign,
      direction: getComputedStyle(cell).direction,
    })),
  )
  const figures = styles.filter(({ end }) => end)
  expect(figures.length).toBeGreaterThan(1)
  expect(figures.every(({ align, direction }) => align === 'end' && direction === 'ltr')).toBe(true)
  // A Latin name keeps its own direction, at the side where the page's lines begin.
  const names = styles.filter(({ end, direction }) => !end && direction === 'ltr')
  expect(names.length).toBeGreaterThan(2)
  expect(names.every(({ align }) => align.endsWith('right'))).toBe(true)
})

test('X-08 on a phone everything that is touched is large enough to be', async ({ browser }) => {
  const page = await signInAs(browser, 'transfers/OPS', { width: 390, height: 844 })
  await page.goto('/app/transfers/returns?rail=ach')
  await expect(grid(page)).toBeVisible()
  const small = await page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('header a, header button, header input, nav a, main button')]
      .filter((node) => node.checkVisibility() && getComputedStyle(node).clipPath === 'none')
      .map((node) => ({ text: node.textContent, height: Math.round(node.getBoundingClientRect().height) }))
      .filter(({ height }) => height > 0 && height < 42),
  )
  expect(small).toEqual([])
})

test('X-02 whoever sorts anew sees what is first then, also beside an open record', async ({ browser }) => {
  const page = await signInAs(browser, 'transfers/OPS', { height: 500 })
  await page.goto('/app/transfers/returns')
  const rows = page.getByRole('grid', { name: 'Returns' }).getByRole('row')
  await rows.nth(1).click()
  await expect(page.getByRole('region', { name: 'Open record' }).getByText('Timeline')).toBeVisible()
  await page.getByRole('button', { name: /^Sort/ }).click()
  await page.getByRole('menuitemradio', { name: 'newest first' }).click()
  await expect(page).toHaveURL(/sort=-opened_at/)
  await expect(page.locator('[aria-rowindex="2"]')).toBeInViewport()
  // What was first is last now; the hand is still on it.
  await page.keyboard.press('j')
  await expect(page.locator('[data-active]')).toBeInViewport()
})
