import { expect, type Page } from '@playwright/test'
import { test } from './console-test.ts'
import { call, openItem, signInAs } from './operator.ts'

/**
 * Of all that moves while a page loads, how much and how far: the cumulative layout shift of the Web Vitals, which call 0.1 good.
 * A bar of 60 px that comes in above a list is more than this.
 */
const SHIFT_MAX = 0.04
/** A banner of one line that comes in above a record is more than this. */
const BANNER_SHIFT_MAX = 0.015
/** Long enough that what stands in the place of an answer is seen. */
const ANSWER_DELAY_MS = 400

const RETURN = 'transfers.return_transfer'

/** How much of the page has moved by itself since it was gone to. */
async function shift(page: Page): Promise<number> {
  return page.evaluate(
    () =>
      new Promise<number>((done) => {
        let sum = 0
        new PerformanceObserver((list) => {
          for (const entry of list.getEntries() as (PerformanceEntry & { value: number })[])
            sum += entry.value
        }).observe({ type: 'layout-shift', buffered: true })
        // What was observed before comes in a task of its own.
        setTimeout(() => done(sum), 100)
      }),
  )
}

test('X-06 X-02 while a queue, a record and the inbox are read their place is held, nothing moves when they arrive, and nothing is barred meanwhile', async ({
  browser,
}) => {
  const page = await signInAs(browser, 'transfers/OPS')
  const item = () => openItem(page, 'transfers.returns', ({ kind }) => kind === 'return', RETURN)
  // Of the one something is asked for, so that the inbox has it; the other is looked at.
  const transferId = await item()
  const { data } = (await (await page.request.get(`/v1/entities/transfer/${transferId}`)).json()) as {
    data: { return: { code: string } }
  }
  const asked = await call<{ id: string }>(page, '/returns', { transferId, reason: data.return.code })
  const transfer = await item()
  // What is there for a moment only is seen by the page itself.
  await page.addInitScript(() => {
    new MutationObserver(() => {
      const held = document.querySelector('main [role="status"][aria-busy="true"]') !== null
      // Nothing keeps anybody from going elsewhere meanwhile.
      const free = document.querySelector('[role="combobox"]:not(:disabled)') !== null
      if (held && free) document.documentElement.dataset.heldItsPlace = 'yes'
    }).observe(document, { subtree: true, childList: true })
  })
  const heldItsPlace = () => page.evaluate(() => document.documentElement.dataset.heldItsPlace)
  await page.route('**/v1/**', async (route) => {
    await new Promise((go) => setTimeout(go, ANSWER_DELAY_MS))
    await route.continue()
  })
  const queue = async () => {
    await expect(page.getByRole('grid', { name: 'Returns' }).getByRole('row').nth(5)).toBeVisible()
  }
  const record = async () => {
    await expect(page.getByRole('article').first().getByText('Timeline')).toBeVisible()
    await expect(page.getByRole('article').getByText('Transfer created').first()).toBeVisible()
  }
  const waitingRecord = async () => {
    await record()
    await expect(page.getByText(/waits for approval, 0 of/).first()).toBeVisible()
  }
  const pages: [string, () => Promise<void>, number?][] = [
    ['/app/transfers/returns', queue],
    [`/app/entities/transfer/${transferId}`, waitingRecord, BANNER_SHIFT_MAX],
    [`/app/transfers/returns?open=transfer:${transfer}`, record],
    [`/app/entities/transfer/${transfer}`, record],
    [
      '/app/approvals?tab=asked',
      () => expect(page.getByRole('list', { name: 'Requests' }).getByRole('button').first()).toBeVisible(),
    ],
  ]
  for (const [address, arrived, most = SHIFT_MAX] of pages) {
    await page.goto(address)
    await arrived()
    expect(await heldItsPlace(), address).toBe('yes')
    expect(await shift(page), address).toBeLessThan(most)
  }
  await page.unrouteAll({ behavior: 'wait' })
  await call(page, `/v1/requests/${asked.id}/cancel`, { reason: 'Only to have something in the list' })
})

/** The longest that anything on the page takes to move or to change its colour, in seconds. */
const longestMotion = (page: Page) =>
  page.evaluate(() =>
    Math.max(
      ...[...document.querySelectorAll('*')].flatMap((node) => {
        const { animationName, animationDuration, animationDelay, transitionDuration } =
          getComputedStyle(node)
        const moved = animationName === 'none' ? [] : [animationDuration, animationDelay]
        return [...moved, transitionDuration].flatMap((times) => times.split(',').map(Number.parseFloat))
      }),
    ),
  )

test('X-07 X-09 nothing moves for whoever asks for that; the theme follows the machine while it is its own, live', async ({
  browser,
}) => {
  const page = await signInAs(browser, 'transfers/OPS')
  await page.goto('/app/transfers/returns')
  await expect(page.getByRole('grid').getByRole('row').nth(2)).toBeVisible()
  await page.keyboard.press('?')
  await expect(page.getByRole('dialog')).toBeVisible()
  expect(await longestMotion(page)).toBeGreaterThan(0)
  await page.emulateMedia({ reducedMotion: 'reduce' })
  expect(await longestMotion(page)).toBe(0)
  await page.keyboard.press('Escape')

  const lightness = () =>
    page.evaluate(() => {
      const [red = 0] = getComputedStyle(document.body).backgroundColor.match(/\d+/g) ?? []
      return Number(red) > 127 ? 'light' : 'dark'
    })
  const choose = async (theme: string) => {
    await page.getByRole('button', { name: /Nora Lindqvist/ }).click()
    await page.getByRole('menuitemradio', { name: theme, exact: true }).click()
  }
  for (const machine of ['dark', 'light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: machine })
    expect(await lightness()).toBe(machine)
  }
  await choose('Light')
  await expect.poll(lightness).toBe('light')
  await choose('As the system')
  await expect.poll(lightness).toBe('dark')
  await page.reload()
  expect(await lightness()).toBe('dark')
  await page.emulateMedia({ colorScheme: 'light' })
  expect(await lightness()).toBe('light')
})
