import { stripVTControlCharacters } from 'node:util'
import type { ReportedTest } from '../trace/test-reports.ts'

export type Counts = { readonly passed: number; readonly failed: number; readonly skipped: number }

export type StepResult = {
  readonly name: string
  readonly ok: boolean
  readonly counts: Counts
  readonly seconds: number
  /** Why its tests could not be run, and what to do. */
  readonly notRun?: string
  readonly failures?: readonly ReportedTest[]
  /** Failed, and passed when they were run again by themselves; they count as passed, and are named. */
  readonly unsteady?: readonly ReportedTest[]
}

/** More failures than these are no accident of a busy machine. */
const RUN_AGAIN_MAX = 3
/** Whoever kills processes and finds an effect done twice has found it, however the next run goes. */
const NEVER_RUN_AGAIN = 'testkit/faults/'

/** Lines of what a failed test said that are repeated at the end; the rest is where it ran. */
const MESSAGE_LINES = 12

/** An error that nobody awaited, say: no test is to blame, and none is named. */
const OUTSIDE = 'Its runner failed outside of every test; why stands in what it printed above.'

export const NO_TESTS: Counts = { passed: 0, failed: 0, skipped: 0 }

export function countsOf(tests: readonly ReportedTest[]): Counts {
  const count = (outcome: string) => tests.filter((test) => test.outcome === outcome).length
  return {
    passed: count('passed'),
    failed: count('failed'),
    skipped: tests.length - count('passed') - count('failed'),
  }
}

/** Of those of one run that passed: which had failed before, as Playwright says of what it tries again by itself. */
export function unsteadyIn(tests: readonly ReportedTest[]): ReportedTest[] {
  return tests.filter(({ outcome, file }) => outcome === 'passed' && file !== undefined)
}

/** The files to run once more by themselves; none where a failure is not to be put down to a busy machine. */
export function filesToRunAgain(failures: readonly ReportedTest[]): string[] {
  const files = failures.map(({ file }) => file)
  const known = files.filter((file) => file !== undefined && !file.includes(NEVER_RUN_AGAIN)) as string[]
  return failures.length <= RUN_AGAIN_MAX && known.length === files.length ? [...new Set(known)] : []
}

/**
 * The end of `npm test`: what failed and its first words, one line a step and, last, the sum. The failures are said
 * again here because of a long run often only the end is kept. A step that failed without a failed test of its own
 * (the linter, say) counts as one, so that "0 failed" always means that all is well.
 */
export function summary(results: readonly StepResult[]): { readonly text: string; readonly failed: boolean } {
  const lines = results.map(({ name, ok, counts, seconds, notRun }) => {
    const tests = counts.passed + counts.failed + counts.skipped
    const figures = tests > 0 ? `  ${figuresOf(counts)}` : ''
    const line = `${ok ? '✓' : '✗'} ${name.padEnd(28)} ${`${seconds.toFixed(1)} s`.padStart(8)}${figures}`
    if (notRun !== undefined) return `${line}\n  NOT RUN: ${notRun}`
    const outside = !ok && tests > 0 && counts.failed === 0
    return outside ? `${line}\n  ${OUTSIDE}` : line
  })
  const total = results.reduce<Counts>((sum, { ok, counts }) => {
    const failed = ok ? counts.failed : Math.max(counts.failed, 1)
    return {
      passed: sum.passed + counts.passed,
      failed: sum.failed + failed,
      skipped: sum.skipped + counts.skipped,
    }
  }, NO_TESTS)
  const failures = results
    .flatMap((result) => result.failures ?? [])
    .flatMap((one) => failureLines(`✗ ${one.title}`, one))
  const unsteady = results
    .flatMap((result) => result.unsteady ?? [])
    .flatMap((one) => failureLines(`~ UNSTEADY, passed when run again: ${one.title}`, one))
  return {
    text: [...unsteady, ...failures, ...lines, '', figuresOf(total)].join('\n'),
    failed: total.failed > 0,
  }
}

function failureLines(heading: string, { file, message }: ReportedTest): string[] {
  const said = stripVTControlCharacters(message ?? '')
    .trimEnd()
    .split('\n')
    .slice(0, MESSAGE_LINES)
  return [heading, ...(file === undefined ? [] : [`  ${file}`]), ...said.map((line) => `    ${line}`), '']
}

function figuresOf({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`
}
