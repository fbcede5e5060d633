import { expect } from '@playwright/test'
import { test } from './console-test.ts'
import { openItem, signInAs } from './operator.ts'

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
  await page.getByRole('menuitemcheckbox', { name: 'ACH' }).click()
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

test('X-09 whoever wants more room between rows has it, on every table, and on their next visit', async ({
  browser,
}) => {
  const page = await signInAs(browser, 'transfers/ADMIN')
  await page.goto('/app/transfers/returns')
  const heightOf = async (grid: string) =>
    page
      .getByRole('grid', { name: grid })
      .getByRole('row')
      .nth(2)
      .evaluate((row) => row.getBoundingClientRect().height)
  await expect.poll(() => heightOf('Returns')).toBe(32)
  await page.getByRole('button', { name: /Amara Okafor/ }).click()
  await page.getByRole('menuitemradio', { name: 'Roomy' }).click()
  await expect.poll(() => heightOf('Returns')).toBe(40)
  await page.goto('/app/audit')
  await expect.poll(() => heightOf('Audit log')).toBe(40)
  await page.reload()
  expect(await page.evaluate(() => document.documentElement.dataset.density)).toBe('comfortable')
})

test('K-11 X-01 X-09 what can be done to the open record, and how things are shown, is chosen by name', async ({
  browser,
}) => {
  const page = await signInAs(browser, 'transfers/OPS')
  const transfer = await openItem(
    page,
    'transfers.returns',
    ({ kind }) => kind === 'return',
    'transfers.return_transfer',
  )
  for (const at of [
    `/app/entities/transfer/${transfer}`,
    `/app/transfers/returns?kind=return&open=transfer:${transfer}`,
  ]) {
    await page.goto(at)
    await expect(page.getByText('Timeline').first()).toBeVisible()
    await page.keyboard.press('Control+k')
    await page.keyboard.type('return tr')
    await expect(page.getByRole('option', { name: 'Return transfer' })).toBeVisible()
    await page.keyboard.press('Enter')
    await expect(page.getByRole('dialog', { name: 'Return transfer' })).toBeVisible()
    // The list keeps its filters.
    await expect(page).toHaveURL(
      new RegExp(`${at.includes('?') ? 'kind=return.*' : ''}act=transfers.return_transfer`),
    )
    await page.keyboard.press('Escape')
    await expect(page.getByRole('dialog')).toBeHidden()
  }
  await page.keyboard.press('Control+k')
  await page.keyboard.type('theme: da')
  await page.keyboard.press('Enter')
  await expect.poll(() => page.evaluate(() => document.documentElement.dataset.theme)).toBe('dark')
  // What is not allowed now is not offered.
  const auditor = await signInAs(browser, 'kernel/auditor')
  await auditor.goto(`/app/entities/transfer/${transfer}`)
  await expect(auditor.getByText('Timeline').first()).toBeVisible()
  await auditor.keyboard.press('Control+k')
  await expect(auditor.getByRole('option', { name: 'Audit log', exact: true })).toBeVisible()
  await expect(auditor.getByRole('option', { name: 'Return transfer' })).toHaveCount(0)
})
