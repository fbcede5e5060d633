import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** Where `npm test` leaves what the test runners report. */
export const REPORTS_DIRECTORY = join('.cache', 'reports')

/** Written instead of `playwright.json` when no browser could be had: the list of what would have run. */
export const NOT_RUN_REPORT = 'playwright-not-run.json'

export type Outcome = 'passed' | 'failed' | 'skipped' | 'not run'
export type ReportedTest = {
  readonly title: string
  readonly outcome: Outcome
  /** Of a test that failed, also where it passed when it was run again: its file, relative or absolute as the runner has it, and what it said. */
  readonly file?: string
  readonly message?: string
}

export type Reports = {
  readonly tests: readonly ReportedTest[]
  /** When the newest report was written; undefined when there is none. */
  readonly writtenAt: Date | undefined
}

export type VitestReport = {
  testResults: {
    assertionResults: { title: string; status: string; failureMessages?: string[] }[]
    status: string
    name: string
    message?: string
  }[]
}
type PlaywrightResult = { status: string; error?: { message?: string } }
type PlaywrightSpec = {
  title: string
  file?: string
  tests: { status: string; expectedStatus: string; results: PlaywrightResult[] }[]
}
type PlaywrightSuite = { specs?: PlaywrightSpec[]; suites?: PlaywrightSuite[] }

/** The tests of every report in a directory: `vitest*.json` and `playwright*.json`. */
export function readReports(directory: string): Reports {
  const tests: ReportedTest[] = []
  let writtenAt: Date | undefined
  for (const name of existsSync(directory) ? readdirSync(directory).sort() : []) {
    if (!/^(vitest|playwright).*\.json$/.test(name)) continue
    const file = join(directory, name)
    const report: unknown = JSON.parse(readFileSync(file, 'utf8'))
    if (name === NOT_RUN_REPORT) {
      tests.push(...fromPlaywright(report as PlaywrightSuite).map(notRun))
    } else if (name.startsWith('vitest')) tests.push(...fromVitest(report as VitestReport))
    else tests.push(...fromPlaywright(report as PlaywrightSuite))
    const { mtime } = statSync(file)
    if (writtenAt === undefined || mtime > writtenAt) writtenAt = mtime
  }
  return { tests, writtenAt }
}

/**
 * vitest's JSON reporter, which is Jest's. A file that could not be loaded, or failed before its tests or after
 * them, counts as one failed test: of tests whose `beforeAll` failed it says only that they were skipped.
 */
export function fromVitest({ testResults }: VitestReport): ReportedTest[] {
  return testResults.flatMap(({ assertionResults, status, name, message }) => {
    const tests = assertionResults.map(
      (result): ReportedTest => ({
        title: result.title,
        ...(result.status === 'failed'
          ? failure(name, result.failureMessages?.map(inWords).join('\n'))
          : { outcome: outcomeOf(result.status) }),
      }),
    )
    const ofItself = status === 'failed' && failuresIn(tests).length === 0
    return ofItself ? [{ title: name, ...failure(name, message) }, ...tests] : tests
  })
}

export function failuresIn(tests: readonly ReportedTest[]): ReportedTest[] {
  return tests.filter(({ outcome }) => outcome === 'failed')
}

/** A run, with what a later run of some of its files came to in the place of what they came to at first. */
export function withRunAgain(first: VitestReport, again: VitestReport): VitestReport {
  const newer = new Map(again.testResults.map((result) => [result.name, result]))
  return { ...first, testResults: first.testResults.map((result) => newer.get(result.name) ?? result) }
}

/** Of a test that took too long vitest reports the stack it took beforehand, whose first line is a name of its own. */
function inWords(message: string): string {
  return message.replace(/^Error: STACK_TRACE_ERROR$/m, 'It did not end within its time limit.')
}

/** Playwright's JSON reporter: a spec passed when every project's run of it passed and was meant to. */
export function fromPlaywright(suite: PlaywrightSuite): ReportedTest[] {
  const own = (suite.specs ?? []).map(({ title, file, tests }): ReportedTest => {
    const all = (test: (one: PlaywrightSpec['tests'][number]) => boolean) =>
      tests.length > 0 && tests.every(test)
    if (all(({ results }) => results.length === 0) || all(({ status }) => status === 'skipped')) {
      return { title, outcome: 'skipped' }
    }
    const passed = all(
      ({ expectedStatus, results }) => expectedStatus === 'passed' && results.at(-1)?.status === 'passed',
    )
    const last = tests.flatMap(({ results }) => results).findLast(({ error }) => error !== undefined)
    const said = failure(file, last?.error?.message)
    if (!passed) return { title, ...said }
    return last === undefined ? { title, outcome: 'passed' } : { title, ...said, outcome: 'passed' }
  })
  return [...own, ...(suite.suites ?? []).flatMap(fromPlaywright)]
}

function notRun({ title }: ReportedTest): ReportedTest {
  return { title, outcome: 'not run' }
}

function failure(file: string | undefined, message: string | undefined) {
  return {
    outcome: 'failed' as const,
    ...(file === undefined ? {} : { file }),
    ...(message === undefined ? {} : { message }),
  }
}

function outcomeOf(status: string): Outcome {
  return status === 'passed' ? 'passed' : 'skipped'
}
