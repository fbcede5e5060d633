import { expect, type Page } from '@playwright/test'
import { test } from './console-test.ts'
import { signInAs } from './operator.ts'

const FIRST_LOAD_MAX_KB = 230

/** JavaScript that a page has loaded, in kB as they came over the wire, by file. */
async function scriptsOf(page: Page, go: () => Promise<unknown>): Promise<Map<string, number>> {
  const bodies: Promise<[string, number]>[] = []
  page.on('response', (response) => {
    if (!new URL(response.url()).pathname.endsWith('.js')) return
    bodies.push(
      response
        .request()
        .sizes()
        .then(({ responseBodySize }): [string, number] => [
          new URL(response.url()).pathname,
          responseBodySize / 1_000,
        ]),
    )
  })
  await go()
  return new Map(await Promise.all(bodies))
}

const total = (sizes: Map<string, number>) => [...sizes.values()].reduce((sum, kB) => sum + kB, 0)

test('X-13 the sign-in page loads at most 230 kB of JavaScript, and nothing of any console', async ({
  browser,
}) => {
  const context = await browser.newContext()
  const page = await context.newPage()
  const sizes = await scriptsOf(page, async () => {
    await page.goto('/app/sign-in')
    await page.getByRole('link', { name: 'Sign in' }).waitFor()
  })
  expect(sizes.size).toBeGreaterThan(0)
  expect(total(sizes)).toBeLessThanOrEqual(FIRST_LOAD_MAX_KB)
  expect([...sizes.keys()].filter((path) => /\/(web|queue-page|record)-/.test(path))).toEqual([])
})

test('X-13 a queue with an open record is within the same budget', async ({ browser }) => {
  const signedIn = await signInAs(browser, 'transfers/OPS')
  const page = await signedIn.context().newPage()
  const ofList = (asked: { url(): string }) => asked.url().includes('/v1/queues/transfers.returns/items')
  const lists: string[] = []
  page.on('request', (request) => {
    if (ofList(request)) lists.push(request.url())
  })
  const sizes = await scriptsOf(page, async () => {
    const answered = page.waitForResponse(ofList)
    await page.goto('/app/transfers/returns')
    await answered
    // The first page is read once, and its head is known with it.
    expect(lists).toHaveLength(1)
    const first = page.getByRole('grid').getByRole('row').nth(1)
    await first.click()
    await page.getByRole('region', { name: 'Open record' }).getByText('Timeline').waitFor()
  })
  expect(total(sizes)).toBeLessThanOrEqual(FIRST_LOAD_MAX_KB)
})

test('X-02 a list of a hundred thousand keeps few rows in the document, and its place', async ({
  browser,
}) => {
  const page = await signInAs(browser, 'transfers/OPS')
  const pageRows = 5_000
  const pages = 20
  // More rows than the sandbox's world has: the same item, many times over.
  await page.route('**/v1/queues/transfers.returns/items*', async (route) => {
    const at = Number(new URL(route.request().url()).searchParams.get('cursor') ?? 0)
    const items = Array.from({ length: pageRows }, (_, n) => ({
      id: `item_${at * pageRows + n}`,
      subject: { kind: 'transfer', id: `tr_${at * pageRows + n}` },
      title: `Row ${at * pageRows + n}`,
      state: 'open',
      opened_at: '2026-01-01T00:00:00Z',
      due_at: '2026-01-01T04:00:00Z',
      assignee: null,
      version: 0,
      fields: {
        code: 'R01',
        amount: { amount: '1.00', currency: 'USD' },
        originator: `Row ${at * pageRows + n}`,
      },
    }))
    await route.fulfill({
      json: {
        items,
        next_cursor: at + 1 < pages ? String(at + 1) : null,
        count: { value: pageRows * pages, exact: true },
        oldest_at: '2026-01-01T00:00:00Z',
        behind_ms: 0,
      },
    })
  })
  await page.goto('/app/transfers/returns')
  const grid = page.getByRole('grid', { name: 'Returns' })
  await expect(grid.getByRole('row').nth(1)).toBeVisible()
  await expect(page.getByText('100,000 open')).toBeVisible()
  await grid.focus()
  const row = async () => Number(await grid.locator('[data-active]').getAttribute('aria-rowindex'))
  for (let last = pageRows; last <= pageRows * pages; last += pageRows) {
    // The last that is there is the end until the next page, which that asks for, has come. The header is row 1.
    await expect
      .poll(async () => {
        await page.keyboard.press('End')
        return row()
      })
      .toBeGreaterThanOrEqual(last + 1)
  }
  expect(await row()).toBe(pageRows * pages + 1)
  await expect(grid.getByText('Row 99999')).toBeVisible()
  expect(await grid.getByRole('row').count()).toBeLessThan(80)
  await page.keyboard.press('ArrowUp')
  expect(await row()).toBe(pageRows * pages)
  await page.keyboard.press('Home')
  await expect(grid.getByText('Row 0', { exact: true })).toBeVisible()
  expect(await grid.getByRole('row').count()).toBeLessThan(80)
})
