import { readFileSync } from 'node:fs'
import { expect, type Page } from '@playwright/test'
import { parse } from 'csv-parse/sync'
import { fromMenu, press, tabTo } from '../by-keyboard.ts'
import { test } from '../console-test.ts'
import { signInAs } from '../operator.ts'

const BEGUN_MS = 15 * 60_000

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
  await press(page, page.getByRole('link', { name: 'Figures' }))
  await expect(page).toHaveURL('/app/transfers/returns/figures')
  const asked = page.waitForRequest((request) => /series\/queue_opened.*step=86400/.test(request.url()))
  await press(page, page.getByRole('button', { name: '90 days' }))
  await expect(page).toHaveURL(/range=90d/)
  const url = (await asked).url()
  const cameIn = async () => (await measured(page, url)).filter(({ n }) => n > 0).length
  // It is counted once a minute, and the items may have come after the first.
  await expect.poll(cameIn, { timeout: 90_000 }).toBeGreaterThan(0)
  await page.reload()
  // Of a day that has only begun the chart says nothing yet.
  const points = (await measured(page, url)).filter(({ at }) => Date.now() - Date.parse(at) >= BEGUN_MS)

  const chart = page.getByRole('region', { name: 'Does what comes in also go out?' })
  const slider = chart.getByRole('slider')
  await tabTo(page, slider)
  await page.keyboard.press('Home')
  // From the first day on, each step says what came in on it.
  const said: number[] = []
  const last = Number(await slider.getAttribute('aria-valuemax'))
  for (let step = 0; step <= last; step += 1) {
    if (step > 0) await page.keyboard.press('ArrowRight')
    const text = (await slider.getAttribute('aria-valuetext')) ?? ''
    // Before the first came in, others may have been done.
    const [, n] = /Came in (\d+)/.exec(text) ?? []
    if (n !== undefined) said.push(Number(n))
  }
  expect(said).toEqual(points.map(({ n }) => n))

  await press(page, chart.getByRole('button', { name: 'Table' }))
  const cells = await chart.getByRole('row').locator('td:nth-of-type(1)').allTextContents()
  expect(cells.filter((cell) => /^\d+$/.test(cell)).map(Number)).toEqual(said.toReversed())
  await press(page, chart.getByRole('button', { name: 'Table' }))

  const csv = await saved(page, chart, 'The values (CSV)')
  const all = parse(csv, { columns: true }) as Record<string, string>[]
  const rows = all.filter((row) => row['Came in (number)'] !== '')
  expect(rows.map((row) => Number(row['Came in (number)']))).toEqual(said)
  expect(rows.map((row) => Date.parse(row.From ?? ''))).toEqual(points.map(({ at }) => Date.parse(at)))
  const png = await saved(page, chart, 'The picture (PNG)')
  expect(png.subarray(1, 4).toString('latin1')).toBe('PNG')
  // Above what is drawn there is room for the question, the time, and what each line is.
  const drawn = await chart.locator('canvas').evaluate((canvas: HTMLCanvasElement) => canvas.height)
  expect(png.readUInt32BE(20)).toBeGreaterThan(drawn + 60)
})

/** The file that the browser is handed. */
async function saved(page: Page, chart: ReturnType<Page['getByRole']>, what: string): Promise<Buffer> {
  const download = page.waitForEvent('download')
  await press(page, chart.getByRole('button', { name: /^Save/ }))
  await fromMenu(page, page.getByRole('menuitem', { name: what }))
  return readFileSync(await (await download).path())
}

test('T-10 X-10 X-02 from anywhere to the health of the console and its upstreams: what is wrong first, then each over one range', async ({
  browser,
}) => {
  test.setTimeout(300_000)
  const page = await signInAs(browser, 'transfers/OPS')
  await press(page, page.getByRole('navigation').first().getByRole('link', { name: 'Health' }))
  await expect(page).toHaveURL('/app/system/health')
  const wrong = page.getByRole('region', { name: 'What is wrong now' })
  const open = await (await page.request.get('/v1/alerts?state=open')).json()
  for (const { title } of open.alerts.slice(0, 8)) await expect(wrong.getByText(title).first()).toBeVisible()
  await press(page, page.getByRole('button', { name: '1 hour' }))
  await expect(page).toHaveURL(/range=1h/)
  const answers = page.getByRole('region', { name: 'How fast do upstreams answer?' })
  const slider = answers.getByRole('slider')
  // A product that was started just now has measured nothing to move in yet: a minute is shown once it is over.
  await expect(slider).toHaveAttribute('aria-valuemax', /[1-9]/, { timeout: 200_000 })
  await tabTo(page, slider)
  await page.keyboard.press('Home')
  const first = await slider.getAttribute('aria-valuetext')
  await page.keyboard.press('ArrowRight')
  await expect(slider).not.toHaveAttribute('aria-valuetext', first ?? '')
  // Every chart of the page shows that moment, and goes on doing so while new figures come.
  const looked = await slider.getAttribute('aria-valuetext')
  const other = page.getByRole('region', { name: 'How fast does the console answer?' })
  await expect(other.getByText('newest')).toBeHidden()
  await page.waitForResponse((response) => response.url().includes('/v1/series/upstream_calls'))
  await expect(other.getByText('newest')).toBeHidden()
  expect((await slider.getAttribute('aria-valuetext'))?.split(':', 2)).toEqual(looked?.split(':', 2))
  // A part of the time is chosen by keyboard too.
  await page.keyboard.press('Shift+ArrowRight')
  await page.keyboard.press('Shift+ArrowRight')
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/range=\d{4}-\d\d-\d\dT[^.]+\.\.\d{4}/)
  for (const upstream of ['Compliance', 'CTS', 'Ledger', 'Recon']) {
    await expect(answers.getByText(upstream, { exact: true })).toBeVisible()
  }
})
