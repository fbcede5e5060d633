import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readRequirements } from './requirements.ts'
import { readReports } from './test-reports.ts'
import { idsOf, trace } from './trace.ts'
import { traceDocument, traceTable } from './trace-report.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'countersign-trace-'))
  mkdirSync(join(directory, 'requirements'))
  mkdirSync(join(directory, 'reports'))
  write('requirements/README.md', '# Requirements\n\nCurrent milestone: 2\n')
  write(
    'requirements/kernel.md',
    '# Kernel\n\n## K-01 · due: 1\n\nSign-in.\n\n## K-02 · due: 4\npartly: 3 — tokens\n\nTokens.\n',
  )
  write('requirements/speed.md', '# Speed\n\n## S-01 · due: 1\n\nFast.\n')
})
afterEach(() => rmSync(directory, { recursive: true }))

function write(name: string, content: string | object): void {
  writeFileSync(join(directory, name), typeof content === 'string' ? content : JSON.stringify(content))
}

function vitestReport(...tests: [title: string, status: string][]): object {
  const assertionResults = tests.map(([title, status]) => ({ title, status }))
  return { testResults: [{ name: '/x.test.ts', status: 'passed', assertionResults }] }
}

function playwrightReport(title: string, expectedStatus: string, ...statuses: string[]): object {
  const tests = [{ status: 'expected', expectedStatus, results: statuses.map((status) => ({ status })) }]
  return { suites: [{ suites: [{ specs: [{ title, tests }] }] }] }
}

function run(browserRequired = true) {
  const { tests } = readReports(join(directory, 'reports'))
  return trace(readRequirements(join(directory, 'requirements')), tests, browserRequired)
}

test('what is due and shown by a test that passed is no problem; what is due later may wait; S is for the bench', () => {
  write('reports/vitest.json', vitestReport(['K-01 a person signs in', 'passed']))
  const result = run()
  expect(result.problems).toEqual([])
  expect(result.requirements.map(({ id, passed }) => [id, passed.length])).toEqual([
    ['K-01', 1],
    ['K-02', 0],
    ['S-01', 0],
  ])
  expect(traceTable(result)).toContain('K-01  due 1    1 passed  K-01 a person signs in')
  const document = traceDocument(result, new Date(0))
  expect(document).toContain('1 of 3 requirements')
  expect(document).toContain('## K-02 · due: 4\npartly: 3 — tokens')
})

test('an id that is due and has no test fails the trace', () => {
  write('reports/vitest.json', vitestReport(['signs in', 'passed']))
  expect(run().problems).toEqual(['K-01 is due 1 and no test that passed shows it.'])
})

test('of what is due in part by now there is a test as well', () => {
  write('requirements/README.md', '# Requirements\n\nCurrent milestone: 3\n')
  write('reports/vitest.json', vitestReport(['K-01 a person signs in', 'passed']))
  expect(run().problems).toEqual(['K-02 is due in part 3 and no test that passed shows it.'])
  expect(traceTable(run())).toMatch(/K-02 {2}due 4 .*not shown/)
})

test('a test that failed, was skipped or names its id elsewhere than at the opening does not count', () => {
  write(
    'reports/vitest.json',
    vitestReport(['K-01 fails', 'failed'], ['K-01 is skipped', 'pending'], ['as K-01 says', 'passed']),
  )
  expect(run().problems).toEqual(['K-01 is due 1 and no test that passed shows it (1 failed, 1 skipped).'])
})

test('a browser test counts when its last run passed and was meant to', () => {
  write('reports/playwright.json', playwrightReport('K-01 in a browser', 'passed', 'failed', 'passed'))
  expect(run().problems).toEqual([])
  write('reports/playwright.json', playwrightReport('K-01 in a browser', 'failed', 'failed'))
  expect(run().problems).toHaveLength(1)
  write('reports/playwright.json', playwrightReport('K-01 in a browser', 'passed'))
  expect(run().problems).toEqual(['K-01 is due 1 and no test that passed shows it (1 skipped).'])
})

test('without a browser its tests are not run: said, and a failure only where one is required', () => {
  write('reports/playwright-not-run.json', playwrightReport('K-01 in a browser', 'passed'))
  expect(run(false).problems).toEqual([])
  expect(traceDocument(run(false), new Date(0))).toContain('- NOT RUN: K-01 in a browser')
  expect(run(true).problems).toEqual([
    'K-01 is due 1 and no test that passed shows it (1 not run for want of a browser).',
  ])
})

test('an id that no requirement has is a slip of the pen, and said', () => {
  write('reports/vitest.json', vitestReport(['K-01 K-99 two at once', 'passed']))
  expect(run().problems).toEqual(['There is no requirement K-99; the test "K-01 K-99 two at once" names it.'])
})

test('a heading that is not in the form is refused with file and line', () => {
  write('requirements/kernel.md', '# Kernel\n\n## K-01 due 1\n')
  expect(() => run()).toThrow(/kernel\.md:3 must read like/)
  write('requirements/kernel.md', '## K-01 · due: 1\n\n## K-01 · due: 2\n')
  expect(() => run()).toThrow('K-01 stands twice')
})

test('several ids may open a title', () => {
  expect(idsOf('K-12 K-16 replays')).toEqual(['K-12', 'K-16'])
  expect(idsOf('K-12, C-04 replays')).toEqual(['K-12', 'C-04'])
  expect(idsOf('replays K-12')).toEqual([])
})

test('the requirements of this repository are in the form, and each letter is there', () => {
  const { milestone, list } = readRequirements('docs/requirements')
  expect(milestone).toBeGreaterThanOrEqual(1)
  expect([...new Set(list.map(({ id }) => id[0]))].sort().join('')).toBe('CHKMOPRSTX')
  expect(list.length).toBeGreaterThan(200)
})
