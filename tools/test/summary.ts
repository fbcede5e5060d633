import type { ReportedTest } from '../trace/test-reports.ts'

export type Counts = { readonly passed: number; readonly failed: number; readonly skipped: number }

export type StepResult = {
  readonly name: string
  readonly ok: boolean
  readonly counts: Counts
  readonly seconds: number
  /** Why its tests could not be run, and what to do. */
  readonly notRun?: string
}

export const NO_TESTS: Counts = { passed: 0, failed: 0, skipped: 0 }

export function countsOf(tests: readonly ReportedTest[]): Counts {
  const count = (outcome: string) => tests.filter((test) => test.outcome === outcome).length
  return {
    passed: count('passed'),
    failed: count('failed'),
    skipped: tests.length - count('passed') - count('failed'),
  }
}

/**
 * The end of `npm test`: one line a step and, last, the sum. A step that failed without a failed test of its own
 * (the linter, say) counts as one, so that "0 failed" always means that all is well.
 */
export function summary(results: readonly StepResult[]): { readonly text: string; readonly failed: boolean } {
  const lines = results.map(({ name, ok, counts, seconds, notRun }) => {
    const tests = counts.passed + counts.failed + counts.skipped
    const figures = tests > 0 ? `  ${figuresOf(counts)}` : ''
    const line = `${ok ? '✓' : '✗'} ${name.padEnd(28)} ${`${seconds.toFixed(1)} s`.padStart(8)}${figures}`
    return notRun === undefined ? line : `${line}\n  NOT RUN: ${notRun}`
  })
  const total = results.reduce<Counts>((sum, { ok, counts }) => {
    const failed = ok ? counts.failed : Math.max(counts.failed, 1)
    return {
      passed: sum.passed + counts.passed,
      failed: sum.failed + failed,
      skipped: sum.skipped + counts.skipped,
    }
  }, NO_TESTS)
  return { text: [...lines, '', figuresOf(total)].join('\n'), failed: total.failed > 0 }
}

function figuresOf({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`
}
