import { expect, test } from '@playwright/test'
import { signInAs } from './operator.ts'

test('X-02 X-07 a queue is worked from the keyboard alone', async ({ browser }) => {
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

  await grid.focus()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('End')
  const last = Number(await activeRow().getAttribute('aria-rowindex'))
  await page.keyboard.press('Home')
  expect(last).toBeGreaterThan(Number(await activeRow().getAttribute('aria-rowindex')))
})

test('X-01 K-28 the omnibox finds a transfer by its id and goes there, from any page', async ({
  browser,
}) => {
  const page = await signInAs(browser, 'transfers/OPS')
  const link = await page.request.get('/v1/queues/transfers.returns/items?limit=2')
  const { items } = (await link.json()) as { items: { subject: { id: string } }[] }
  const [id = '', other = ''] = items.map(({ subject }) => subject.id)
  const pages = [
    '/app/transfers/returns',
    `/app/transfers/returns?open=transfer:${other}`,
    `/app/entities/transfer/${other}`,
    '/app/approvals',
    '/app/system/team',
    '/app/system/projections',
    '/app',
  ]
  for (const from of pages) {
    await page.goto(from)
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
    await page.keyboard.press('Control+k')
    await page.keyboard.type(id)
    await expect(page.getByRole('option', { name: new RegExp(id) }), from).toBeVisible()
    await page.keyboard.press('Enter')
    await expect(page, from).toHaveURL(`/app/entities/transfer/${id}`)
    await expect(page.getByRole('heading', { level: 1, name: `Transfer ${id}` })).toBeVisible()
  }
})

test('X-01 a link reproduces the screen: filters, sort, the open record, the open sheet', async ({
  browser,
}) => {
  const page = await signInAs(browser, 'transfers/OPS')
  await page.goto('/app/transfers/returns')
  await page.getByRole('button', { name: '+ filter' }).click()
  await page.getByRole('menuitemradio', { name: 'ACH' }).click()
  await page.getByRole('button', { name: /^Sort/ }).click()
  await page.getByRole('menuitemradio', { name: 'newest first' }).click()
  await expect(page).toHaveURL(/rail=ach/)
  await expect(page).toHaveURL(/sort=-opened_at/)
  await page.getByRole('grid').getByRole('row').nth(2).click()
  await expect(page.getByRole('region', { name: 'Open record' }).getByText('Timeline')).toBeVisible()

  const another = await page.context().newPage()
  await another.goto(page.url())
  await expect(another.getByRole('button', { name: 'Remove the filter Rail' })).toBeVisible()
  await expect(another.getByRole('button', { name: 'Sort: newest first' })).toBeVisible()
  const title = await page
    .getByRole('region', { name: 'Open record' })
    .getByRole('heading')
    .first()
    .textContent()
  await expect(
    another.getByRole('region', { name: 'Open record' }).getByRole('heading', { name: title ?? '' }),
  ).toBeVisible()

  await page.goBack()
  await expect(page).not.toHaveURL(/open=/)
})
