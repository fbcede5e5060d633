import { execFile } from 'node:child_process'
import { findChromium } from '@countersign/e2e/find-chromium.ts'
import { buildWebConsole } from '@countersign/tools/product/web-build.ts'
import type { BenchEnvironment } from './bench-environment.ts'
import { inOwnProcess } from './child-process.ts'
import type { PageAnswers, PageTask } from './page-task.ts'
import { caughtUp } from './projections.ts'
import { quantiles } from './quantiles.ts'
import { seedReturns } from './queue-pages.ts'
import type { Row } from './results.ts'
import { whole } from './whole.ts'

const ROUNDS = 5
const STEPS = 40
/** Somebody looks at the record, what else is fetched for it comes, and the next one is read meanwhile. */
const LOOKED_AT_MS = 400
const LONG_LIST = 100_000
const TARGETS = { stepMs: 100, inputMs: 100, taskMs: 50, performance: 95 }
/** Not among the dependencies: half as many packages as all of the product has, for this alone. */
const LIGHTHOUSE = 'lighthouse@12.8.2'
const LIGHTHOUSE_TRIES = 3
const LIGHTHOUSE_TIMEOUT_MS = 300_000
const REPORT_MAX_BYTES = 64 * 1024 * 1024
const CATEGORIES = ['performance', 'accessibility', 'best-practices'] as const
const QUEUE = '/app/transfers/returns'

/** Each 0 to 100. */
type Scores = Record<(typeof CATEGORIES)[number], number>

/**
 * S-18, and what ask of the pages: in a real Chromium, against the server as it ships and the seeded world,
 * signed in by a bearer token. The browser's own clock says when a key was pressed and when its frame was painted.
 */
export async function consoleRows(environment: BenchEnvironment, scale: number): Promise<Row[]> {
  const found = await findChromium(process.env, console.log)
  if (found.path === undefined) throw new Error(found.remedy)
  await buildWebConsole(console.log)
  const worker = await environment.startWorker()
  try {
    await caughtUp(environment)
    const token = await environment.token('bench-reader', 'transfers/OPS')
    const origin = `http://127.0.0.1:${environment.port}`
    const inBrowser = <Of extends PageTask['what']>(what: Of, { rows = 0, lookedAtMs = LOOKED_AT_MS } = {}) =>
      inOwnProcess<PageTask, PageAnswers[Of]>('bench/console-process.ts', {
        what,
        rows,
        steps: STEPS,
        lookedAtMs,
        url: `${origin}${QUEUE}`,
        token,
        chromiumPath: found.path,
        chromiumArguments: chromiumArguments(),
      })
    const { painted, interactions } = await inBrowser('step')
    const steps = { painted: quantiles(painted), interactions: quantiles(interactions) }
    const hurried = quantiles((await inBrowser('step', { lookedAtMs: 0 })).painted)

    const items = Math.round(LONG_LIST * scale)
    await seedReturns(environment.superuser, 0, items)
    const scrolled = await inBrowser('scroll', { rows: items })

    const signIn = await medianScores(found.path, `${origin}/app/sign-in`)
    const queue = await medianScores(found.path, `${origin}${QUEUE}`, token)
    return [
      {
        id: 'S-18',
        what: 'queue: a key pressed → the next record painted, p75',
        value: `${steps.painted.p75.toFixed(0)} ms`,
        limit: '–',
        target: `≤ ${TARGETS.stepMs} ms`,
        met: steps.painted.p75 <= TARGETS.stepMs,
        note: `p50 ${steps.painted.p50.toFixed(0)} ms, max ${steps.painted.max.toFixed(0)} ms of ${STEPS}; each record is looked at for ${LOOKED_AT_MS} ms, in which the next is read from its upstream`,
      },
      {
        id: 'S-18',
        what: 'the same, the next key pressed as soon as the record is painted, p75',
        value: `${hurried.p75.toFixed(0)} ms`,
        limit: '–',
        target: '–',
        note: `p50 ${hurried.p50.toFixed(0)} ms, max ${hurried.max.toFixed(0)} ms of ${STEPS}; nothing could be read ahead: each record is read from its upstream after the key`,
      },
      {
        id: 'S-18',
        what: 'the same: interaction to next paint, p75 (X-13)',
        value: `${steps.interactions.p75.toFixed(0)} ms`,
        limit: '–',
        target: `≤ ${TARGETS.inputMs} ms`,
        met: steps.interactions.p75 <= TARGETS.inputMs,
        note: `the browser's own event timing, in steps of 8 ms; max ${steps.interactions.max.toFixed(0)} ms of ${STEPS}`,
      },
      {
        id: 'S-18',
        what: `longest task while ${whole(items)} rows are scrolled through (X-02)`,
        value: scrolled.longestMs === 0 ? 'under 50 ms' : `${scrolled.longestMs.toFixed(0)} ms`,
        limit: '–',
        target: `≤ ${TARGETS.taskMs} ms`,
        met: scrolled.longestMs <= TARGETS.taskMs,
        note: `${whole(scrolled.longTasks)} tasks over 50 ms, the page being loaded once; at most ${scrolled.rowsMax} rows in the document`,
      },
      scoreRow('sign-in page', signIn),
      scoreRow('queue page', queue),
    ]
  } finally {
    await worker.end()
  }
}

function chromiumArguments(): string[] {
  return process.getuid?.() === 0 ? ['--no-sandbox'] : []
}

/** Each category's median of the rounds, 0 to 100. */
async function medianScores(chromiumPath: string, url: string, token?: string): Promise<Scores> {
  const rounds: Scores[] = []
  for (let round = 0; round < ROUNDS; round += 1) rounds.push(await lighthouse(chromiumPath, url, token))
  const median = (category: keyof Scores) => quantiles(rounds.map((scores) => scores[category])).p50
  return {
    performance: median('performance'),
    accessibility: median('accessibility'),
    'best-practices': median('best-practices'),
  }
}

/** As a desktop loads it for the first time, with the network and the processor of Lighthouse's own choice. */
async function lighthouse(
  chromiumPath: string,
  url: string,
  token: string | undefined,
  tries = LIGHTHOUSE_TRIES,
): Promise<Scores> {
  const headers = JSON.stringify(token === undefined ? {} : { authorization: `Bearer ${token}` })
  const output = await new Promise<string | undefined>((done, fail) => {
    execFile(
      'npx',
      [
        '--yes',
        LIGHTHOUSE,
        url,
        '--quiet',
        '--preset=desktop',
        '--output=json',
        `--only-categories=${CATEGORIES.join()}`,
        `--extra-headers=${headers}`,
        `--chrome-flags=--headless=new ${chromiumArguments().join(' ')}`,
      ],
      {
        env: { ...process.env, CHROME_PATH: chromiumPath },
        maxBuffer: REPORT_MAX_BYTES,
        timeout: LIGHTHOUSE_TIMEOUT_MS,
      },
      (error, stdout, stderr) => {
        // A browser under load may not have begun to record in time; Lighthouse itself says then to run it again.
        if (error && tries > 1 && stderr.includes('NO_NAVSTART')) done(undefined)
        else if (error) fail(new Error(`Lighthouse did not run: ${stderr.slice(-2_000)}`, { cause: error }))
        else done(stdout)
      },
    )
  })
  if (output === undefined) return lighthouse(chromiumPath, url, token, tries - 1)
  const report = JSON.parse(output) as {
    runtimeError?: { message: string }
    categories: Record<keyof Scores, { score: number | null }>
  }
  if (report.runtimeError) throw new Error(`Lighthouse could not read ${url}: ${report.runtimeError.message}`)
  const score = (category: keyof Scores) => Math.round((report.categories[category].score ?? 0) * 100)
  return {
    performance: score('performance'),
    accessibility: score('accessibility'),
    'best-practices': score('best-practices'),
  }
}

function scoreRow(page: string, scores: Scores): Row {
  return {
    id: 'S-18',
    what: `Lighthouse on the ${page}: performance, accessibility, best practices (X-13)`,
    value: CATEGORIES.map((category) => scores[category]).join(' · '),
    limit: '100',
    target: `≥ ${TARGETS.performance} · 100 · 100`,
    met:
      scores.performance >= TARGETS.performance &&
      scores.accessibility === 100 &&
      scores['best-practices'] === 100,
    note: `medians of ${ROUNDS}, desktop preset; its processes share the cores with the server`,
  }
}
