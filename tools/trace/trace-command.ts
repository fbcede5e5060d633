import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { REPOSITORY_ROOT } from '../home/home.ts'
import { readRequirements } from './requirements.ts'
import { REPORTS_DIRECTORY, readReports } from './test-reports.ts'
import { trace } from './trace.ts'
import { traceDocument, traceTable } from './trace-report.ts'

/** `npm run trace`: every requirement with the tests of the last `npm test` that passed for it. */
export function traceCommand(): void {
  const requirements = readRequirements(join(REPOSITORY_ROOT, 'docs', 'requirements'))
  const { tests, writtenAt } = readReports(join(REPOSITORY_ROOT, REPORTS_DIRECTORY))
  if (writtenAt === undefined) {
    console.error('No test has been run here yet: npm test first, then npm run trace.')
    process.exitCode = 1
    return
  }
  const result = trace(requirements, tests, process.env.CI === 'true')
  const document = join(REPOSITORY_ROOT, '.cache', 'trace.md')
  mkdirSync(join(REPOSITORY_ROOT, '.cache'), { recursive: true })
  writeFileSync(document, traceDocument(result, writtenAt))
  console.log(traceTable(result))
  console.log(`\nFrom the test run of ${writtenAt.toISOString()}; every title in .cache/trace.md.`)
  if (result.problems.length === 0) {
    console.log(`Everything due by milestone ${result.milestone} is shown.`)
    return
  }
  console.error(`\n${result.problems.join('\n')}`)
  process.exitCode = 1
}
