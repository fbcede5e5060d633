import { readFileSync } from 'node:fs'
import { expect, type Page, test } from '@playwright/test'
import { parse } from 'csv-parse/sync'
import { signInAs } from './operator.ts'

type Point = { at: string; n: number; high: number | null }

/** What the server has of a series, by the same steps as the page asks for. */
async function measured(page: Page, url: string): Promise<Point[]> {
  const answer = await page.request.get(url)
  expect(answer.ok(), await answer.text()).toBe(true)
  const { series } = (await answer.json()) as { series: { points: Point[] }[] }
  return series[0]?.points ?? []
}

test('X-10 T-08 X-01 the figures of a queue: reached by keyboard, looked at with the arrows, as a table, and as files that say the same', async ({
  browser,
}) => {
  test.slow()
  const page = await signInAs(browser, 'transfers/OPS')
  await page.goto('/app/transfers/returns')
  const link = page.getByRole('link', { name: 'Figures' })
  await link.focus()
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL('/app/transfers/returns/figures')
  const asked = page.waitForRequest((request) => /series\/queue_opened.*step=86400/.test(request.url()))
  const range = page.getByRole('button', { name: '90 days' })
  await range.focus()
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/range=90d/)
  const url = (await asked).url()
  const cameIn = async () => (await measured(page, url)).filter(({ n }) => n > 0).length
  // It is counted once a minute, and the items may have come after the first.
  await expect.poll(cameIn, { timeout: 90_000 }).toBeGreaterThan(0)
  await page.reload()
  const points = await measured(page, url)

  const chart = page.getByRole('region', { name: 'Does what comes in also go out?' })
  const slider = chart.getByRole('slider')
  await slider.focus()
  await page.keyboard.press('Home')
  // From the first day on, each step says what came in on it.
  const said: number[] = []
  for (const [index] of points.entries()) {
    if (index > 0) await page.keyboard.press('ArrowRight')
    const text = (await slider.getAttribute('aria-valuetext')) ?? ''
    said.push(Number(/Came in (\d+)/.exec(text)?.[1]))
  }
  expect(said).toEqual(points.map(({ n }) => n))

  await chart.getByRole('button', { name: 'Table' }).press('Enter')
  const cells = await chart.getByRole('row').locator('td:nth-of-type(1)').allTextContents()
  expect(cells.map(Number)).toEqual(said.toReversed())
  await chart.getByRole('button', { name: 'Table' }).press('Enter')

  const csv = await saved(page, chart, 'The values (CSV)')
  const rows = parse(csv, { columns: true }) as Record<string, string>[]
  expect(rows.map((row) => Number(row['Came in (number)']))).toEqual(said)
  expect(rows.map((row) => Date.parse(row.From ?? ''))).toEqual(points.map(({ at }) => Date.parse(at)))
  const png = await saved(page, chart, 'The picture (PNG)')
  expect(png.subarray(1, 4).toString('latin1')).toBe('PNG')
})

/** The file that the browser is handed. */
async function saved(page: Page, chart: ReturnType<Page['getByRole']>, what: string): Promise<Buffer> {
  const download = page.waitForEvent('download')
  await chart.getByRole('button', { name: /^Save/ }).press('Enter')
  await page.getByRole('menuitem', { name: what }).press('Enter')
  return readFileSync(await (await download).path())
}

test('T-10 X-10 the page of health says what is wrong first, and shows the console and each upstream over one range', async ({
  browser,
}) => {
  const page = await signInAs(browser, 'transfers/OPS')
  await page.goto('/app/system/health')
  const wrong = page.getByRole('region', { name: 'What is wrong now' })
  const open = await (await page.request.get('/v1/alerts?state=open')).json()
  for (const { title } of open.alerts.slice(0, 8)) await expect(wrong.getByText(title).first()).toBeVisible()
  const answers = page.getByRole('region', { name: 'How fast do upstreams answer?' })
  for (const upstream of ['compliance', 'cts', 'ledger', 'recon']) {
    await expect(answers.getByText(upstream, { exact: true })).toBeVisible()
  }
  // All charts of the page show the moment that is looked at in one of them.
  const fast = page.getByRole('region', { name: 'How fast does the console answer?' })
  const much = page.getByRole('region', { name: 'How much is asked of it, and what failed?' })
  await expect(much.getByText('newest')).toBeVisible()
  await fast.locator('.u-over').hover()
  await expect(fast.getByText('newest')).toHaveCount(0)
  await expect(much.getByText('newest')).toHaveCount(0)
  await page.getByRole('button', { name: '1 hour' }).click()
  await expect(page).toHaveURL(/range=1h/)
})

test('X-10 X-13 what draws charts is loaded with the first chart, and not before', async ({ browser }) => {
  const page = await signInAs(browser, 'transfers/OPS')
  const loaded: string[] = []
  page.on('request', (request) => loaded.push(new URL(request.url()).pathname))
  await page.goto('/app/transfers/returns')
  await page.getByRole('grid').getByRole('row').nth(1).waitFor()
  const plots = () => loaded.filter((path) => /\/plot-[^/]+\.js$/.test(path))
  expect(plots()).toEqual([])
  await page.getByRole('link', { name: 'Figures' }).click()
  await page.locator('canvas').first().waitFor()
  expect(plots()).toHaveLength(1)
})
