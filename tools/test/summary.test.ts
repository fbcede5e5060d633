import { expect, test } from 'vitest'
import { fromVitest } from '../trace/test-reports.ts'
import { countsOf, failuresIn, NO_TESTS, type StepResult, summary } from './summary.ts'

const step = (changes: Partial<StepResult>): StepResult => ({
  name: 'Step',
  ok: true,
  counts: NO_TESTS,
  seconds: 1,
  ...changes,
})
const lastLine = (results: StepResult[]) => summary(results).text.split('\n').at(-1)

test('O-11 the last line is the sum of all tests, and nothing failed means success', () => {
  const results = [
    step({ name: 'Types' }),
    step({ counts: { passed: 10, failed: 0, skipped: 1 } }),
    step({ counts: { passed: 5, failed: 0, skipped: 0 } }),
  ]
  expect(lastLine(results)).toBe('15 passed, 0 failed, 1 skipped')
  expect(summary(results).failed).toBe(false)
})

test('O-11 a check that failed counts as one, failed tests as many as they are', () => {
  const results = [
    step({ name: 'Types', ok: false }),
    step({ ok: false, counts: { passed: 3, failed: 2, skipped: 0 } }),
    step({ name: 'crashed before its report', ok: false }),
  ]
  expect(lastLine(results)).toBe('3 passed, 4 failed, 0 skipped')
  expect(summary(results).failed).toBe(true)
})

test('O-11 browser tests that could not run are named with the remedy, and counted as skipped', () => {
  const { text, failed } = summary([
    step({ counts: { passed: 0, failed: 0, skipped: 7 }, notRun: 'apt-get install chromium' }),
  ])
  expect(text).toContain('NOT RUN: apt-get install chromium')
  expect(text.endsWith('0 passed, 0 failed, 7 skipped')).toBe(true)
  expect(failed).toBe(false)
})

test('what was neither passed nor failed is counted as skipped', () => {
  expect(
    countsOf([
      { title: 'a', outcome: 'passed' },
      { title: 'b', outcome: 'failed' },
      { title: 'c', outcome: 'skipped' },
      { title: 'd', outcome: 'not run' },
    ]),
  ).toEqual({ passed: 1, failed: 1, skipped: 2 })
})

test('O-11 what failed is named again at the end with its file and its first words, for whoever has only the end', () => {
  const failures = failuresIn([
    { title: 'K-12 fine', outcome: 'passed' },
    {
      title: 'K-12 broken',
      outcome: 'failed',
      file: 'kernel/x.test.ts',
      message: `\u001b[31mexpected 1, was 2\u001b[39m\n${'at somewhere\n'.repeat(50)}`,
    },
  ])
  const { text } = summary([step({ ok: false, counts: { passed: 1, failed: 1, skipped: 0 }, failures })])
  const lines = text.split('\n')
  expect(lines.slice(0, 3)).toEqual(['✗ K-12 broken', '  kernel/x.test.ts', '    expected 1, was 2'])
  expect(lines.length).toBeLessThan(20)
  expect(text).not.toContain('fine')
})

test('O-11 of a test that took too long it is said that it did', () => {
  const [failed] = fromVitest({
    testResults: [
      {
        name: '/src/slow.test.ts',
        status: 'failed',
        assertionResults: [
          {
            title: 'waits',
            status: 'failed',
            failureMessages: ['Error: STACK_TRACE_ERROR\n    at task (/src/slow.test.ts:3:1)'],
          },
        ],
      },
    ],
  })
  expect(failed?.message).toBe('It did not end within its time limit.\n    at task (/src/slow.test.ts:3:1)')
})
