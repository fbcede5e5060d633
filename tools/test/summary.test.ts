import { expect, test } from 'vitest'
import { failuresIn, fromPlaywright, fromVitest, withRunAgain } from '../trace/test-reports.ts'
import { countsOf, filesToRunAgain, NO_TESTS, type StepResult, summary, unsteadyIn } from './summary.ts'

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

test('O-11 a file that fails before its tests is a failure with its words, and its tests are skipped', () => {
  const whole = fromVitest({
    testResults: [
      {
        name: '/src/begins.test.ts',
        status: 'failed',
        message: 'the worker did not answer',
        assertionResults: [
          { title: 'a', status: 'skipped' },
          { title: 'b', status: 'skipped' },
        ],
      },
    ],
  })
  expect(countsOf(whole)).toEqual({ passed: 0, failed: 1, skipped: 2 })
  const failures = failuresIn(whole)
  expect(filesToRunAgain(failures)).toEqual(['/src/begins.test.ts'])
  expect(summary([step({ ok: false, counts: countsOf(whole), failures })]).text).toMatch(
    /✗ \/src\/begins\.test\.ts\n {2}\/src\/begins\.test\.ts\n {4}the worker did not answer/,
  )
})

test('O-11 of a runner that failed outside of every test it is said that it did', () => {
  const { text, failed } = summary([step({ ok: false, counts: { passed: 3, failed: 0, skipped: 0 } })])
  expect(failed).toBe(true)
  expect(text).toContain('failed outside of every test')
  expect(summary([step({ counts: { passed: 3, failed: 0, skipped: 0 } })]).text).not.toContain('outside')
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

test('O-11 what passed only when it was run again counts as passed and is named with what it said', () => {
  const before = {
    testResults: [
      {
        name: 'kernel/x.test.ts',
        status: 'failed',
        assertionResults: [{ title: 'K-12 x', status: 'failed', failureMessages: ['expected 1 to be 2'] }],
      },
      {
        name: 'kernel/y.test.ts',
        status: 'passed',
        assertionResults: [{ title: 'K-12 y', status: 'passed' }],
      },
    ],
  }
  const after = (status: string) => ({
    testResults: [{ name: 'kernel/x.test.ts', status, assertionResults: [{ title: 'K-12 x', status }] }],
  })
  const unsteady = failuresIn(fromVitest(before))
  expect(countsOf(fromVitest(withRunAgain(before, after('failed'))))).toEqual({
    passed: 1,
    failed: 1,
    skipped: 0,
  })
  const counts = countsOf(fromVitest(withRunAgain(before, after('passed'))))
  expect(counts).toEqual({ passed: 2, failed: 0, skipped: 0 })
  const { text, failed } = summary([step({ counts, unsteady })])
  expect(failed).toBe(false)
  expect(text).toMatch(
    /UNSTEADY, passed when run again: K-12 x\n {2}kernel\/x\.test\.ts\n {4}expected 1 to be 2/,
  )
})

test('O-11 of the browser’s tests those that passed the second time are told from those that passed at once', () => {
  const spec = (title: string, ...results: { status: string; error?: { message: string } }[]) => ({
    title,
    file: 'a.spec.ts',
    tests: [{ status: 'expected', expectedStatus: 'passed', results }],
  })
  const wrong = { status: 'failed', error: { message: 'not there' } }
  const tests = fromPlaywright({
    specs: [
      spec('at once', { status: 'passed' }),
      spec('late', wrong, { status: 'passed' }),
      spec('never', wrong, wrong),
    ],
  })
  expect(unsteadyIn(tests).map(({ title, message }) => [title, message])).toEqual([['late', 'not there']])
  expect(failuresIn(tests).map(({ title }) => title)).toEqual(['never'])
})

test('O-11 the fault run, many failures at once, and a failure in no known file are never asked again', () => {
  const failure = (file?: string) => ({
    title: 'x',
    outcome: 'failed' as const,
    ...(file === undefined ? {} : { file }),
  })
  expect(filesToRunAgain([failure('/a/x.test.ts'), failure('/a/x.test.ts')])).toEqual(['/a/x.test.ts'])
  expect(filesToRunAgain([failure('/a/x.test.ts'), failure('/a/testkit/faults/faults.test.ts')])).toEqual([])
  expect(filesToRunAgain([failure()])).toEqual([])
  expect(filesToRunAgain(['1', '2', '3', '4'].map((n) => failure(n)))).toEqual([])
  expect(filesToRunAgain([])).toEqual([])
})
