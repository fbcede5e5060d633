import { setTimeout as sleep } from 'node:timers/promises'
import { chromium, type Page } from '@playwright/test'
import { answerTask } from './answer-task.ts'
import type { PageAnswers, PageTask } from './page-task.ts'

/** Before it counts: the first steps compile what the others run. */
const WARM_UP_STEPS = 5
const LOOK_EVERY_MS = 20
/** The shortest answer to a key that the browser tells of. */
const TOLD_FROM_MS = 16

answerTask(run)

/** Signed in by a bearer token; the browser's own clock says when a key was pressed and when its frame was painted. */
async function run(task: PageTask): Promise<PageAnswers[PageTask['what']]> {
  const browser = await chromium.launch({
    executablePath: task.chromiumPath,
    args: [...task.chromiumArguments],
  })
  try {
    const context = await browser.newContext({
      viewport: { width: 1440, height: 900 },
      extraHTTPHeaders: { authorization: `Bearer ${task.token}` },
    })
    const page = await context.newPage()
    // What is written here keeps its names by a function that browsers do not have.
    await page.addInitScript('globalThis.__name = (named) => named')
    await page.addInitScript(watchTasks)
    await page.goto(task.url)
    await page.getByRole('grid').getByRole('row').nth(1).waitFor()
    return await (task.what === 'step' ? step(page, task) : scroll(page, task))
  } finally {
    await browser.close()
  }
}

type Watched = Window & { longTasks: number[]; interactions: number[]; painted: number[] }

/** Runs in the browser, before the page: keeps its long tasks, how long keys took to be answered, and when a record was there. */
function watchTasks() {
  const watched = window as unknown as Watched
  watched.longTasks = []
  watched.interactions = []
  watched.painted = []
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) watched.longTasks.push(duration)
  }).observe({ type: 'longtask', buffered: true })
  new PerformanceObserver((list) => {
    for (const { name, duration } of list.getEntries()) {
      if (name === 'keydown') watched.interactions.push(duration)
    }
  }).observe({ type: 'event', durationThreshold: 16 } as PerformanceObserverInit)
  let pressedAt: number | undefined
  let before = ''
  const heading = () => document.querySelector('[data-layout="pane"] h2')?.textContent ?? ''
  document.addEventListener(
    'keydown',
    ({ timeStamp }) => {
      pressedAt = timeStamp
      before = heading()
    },
    true,
  )
  new MutationObserver(() => {
    const now = heading()
    if (pressedAt === undefined || now === '' || now === before) return
    const since = pressedAt
    pressedAt = undefined
    // After the frame that shows it.
    requestAnimationFrame(() => setTimeout(() => watched.painted.push(performance.now() - since)))
  }).observe(document, { childList: true, subtree: true, characterData: true })
}

async function step(page: Page, { steps, lookedAtMs }: PageTask): Promise<PageAnswers['step']> {
  await page.keyboard.press('j')
  await page.keyboard.press('Enter')
  await page.waitForFunction(() => (window as unknown as Watched).painted.length > 0)
  for (let step = 0; step < WARM_UP_STEPS + steps; step += 1) {
    if (step === WARM_UP_STEPS) {
      await page.evaluate(() => {
        const watched = window as unknown as Watched
        watched.interactions = []
        watched.painted = []
      })
    }
    const seen = await page.evaluate(() => (window as unknown as Watched).painted.length)
    await page.keyboard.press('j')
    await page.waitForFunction((count) => (window as unknown as Watched).painted.length > count, seen)
    await sleep(lookedAtMs)
  }
  const { painted, interactions } = await page.evaluate(() => {
    const { painted, interactions } = window as unknown as Watched
    return { painted, interactions }
  })
  // What is answered in less than the threshold of the browser is not told of: it took at most that.
  const told = [
    ...interactions,
    ...Array<number>(Math.max(0, steps - interactions.length)).fill(TOLD_FROM_MS),
  ]
  return { painted, interactions: told }
}

/** From the first row to the last, by key, each page read on the way. */
async function scroll(page: Page, { rows: items }: PageTask): Promise<PageAnswers['scroll']> {
  const grid = page.getByRole('grid')
  await grid.focus()
  await page.evaluate(() => {
    ;(window as unknown as Watched).longTasks = []
  })
  let rowsMax = 0
  let active = 0
  while (active < items) {
    await page.keyboard.press('End')
    const now = await page.evaluate(() => ({
      active: Number(document.querySelector('[data-active]')?.getAttribute('aria-rowindex') ?? 0),
      rows: document.querySelectorAll('[role=row]').length,
    }))
    rowsMax = Math.max(rowsMax, now.rows)
    if (now.active === active) await sleep(LOOK_EVERY_MS)
    active = now.active
  }
  for (const key of ['Home', 'PageDown', 'PageDown', 'End', 'PageUp']) {
    await page.keyboard.press(key)
    await sleep(LOOK_EVERY_MS)
  }
  const tasks = await page.evaluate(() => (window as unknown as Watched).longTasks)
  return { longestMs: Math.max(0, ...tasks), longTasks: tasks.length, rowsMax }
}
