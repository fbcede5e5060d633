import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { findChromium } from '@countersign/e2e/find-chromium.ts'
import { findNatsServer } from '@countersign/testkit/find-nats-server.ts'
import { REPOSITORY_ROOT } from '../home/home.ts'
import {
  failuresIn,
  fromPlaywright,
  fromVitest,
  NOT_RUN_REPORT,
  REPORTS_DIRECTORY,
  type ReportedTest,
  type VitestReport,
  withRunAgain,
} from '../trace/test-reports.ts'
import { countsOf, filesToRunAgain, NO_TESTS, type StepResult, summary, unsteadyIn } from './summary.ts'

const REPORTS = join(REPOSITORY_ROOT, REPORTS_DIRECTORY)
const DIRECTIONS = 'tools/import-direction.test.ts'
const WEB_CONFIG = 'vitest.web.config.ts'
const BROWSER_CONFIG = 'e2e/playwright.config.ts'

type Outcome = Omit<StepResult, 'name' | 'seconds'>
type Step = { readonly name: string; readonly run: () => Promise<Outcome> }

/**
 * `npm test`: everything that decides whether this version may leave, in order, to the end even where something
 * fails; then a summary, whose last line is `N passed, N failed, N skipped`. In CI, where nobody is there to
 * try, up to three tests of a step that failed are run once more by themselves: those that pass then are named
 * UNSTEADY with what they said, and are to be mended; a test of the fault run is never asked twice.
 */
export async function testCommand(): Promise<void> {
  rmSync(REPORTS, { recursive: true, force: true })
  mkdirSync(REPORTS, { recursive: true })
  const steps: Step[] = [
    { name: 'Types', run: () => check('npm', ['run', '--silent', 'typecheck']) },
    { name: 'Format and lint', run: () => check('npm', ['run', '--silent', 'lint']) },
    { name: 'Import directions', run: () => vitest('vitest-imports.json', [DIRECTIONS]) },
    { name: 'Unused code', run: () => check('npm', ['run', '--silent', 'unused']) },
    { name: 'Unit and integration tests', run: unitTests },
    ...(existsSync(join(REPOSITORY_ROOT, WEB_CONFIG))
      ? [{ name: 'Web console tests', run: () => vitest('vitest-web.json', ['--config', WEB_CONFIG]) }]
      : []),
    { name: 'Browser tests', run: browserTests },
    { name: 'Requirements', run: () => check(process.execPath, [join('tools', 'trace.mjs')]) },
  ]
  const results: StepResult[] = []
  for (const { name, run } of steps) {
    console.log(`\n━━ ${name}`)
    const started = Date.now()
    const result = { name, ...(await run()), seconds: (Date.now() - started) / 1000 }
    results.push(result)
    console.log(`${result.ok ? '✓' : '✗'} ${name}, ${result.seconds.toFixed(1)} s`)
  }
  const { text, failed } = summary(results)
  console.log(`\n${text}`)
  process.exit(failed ? 1 : 0)
}

async function check(program: string, args: readonly string[]): Promise<Outcome> {
  return { ok: (await run(program, args)) === 0, counts: NO_TESTS }
}

/** Those of the event bus are skipped where there is no NATS server, and fail for it in CI; here it is said why. */
async function unitTests(): Promise<Outcome> {
  const nats = await findNatsServer(process.env)
  const found = nats.path === undefined ? {} : { NATS_SERVER_PATH: nats.path }
  const outcome = await vitest('vitest.json', ['--exclude', DIRECTIONS], found)
  return nats.path === undefined ? { ...outcome, notRun: `tests with NATS. ${nats.remedy}` } : outcome
}

async function vitest(
  report: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<Outcome> {
  const file = join(REPORTS, report)
  const once = (to: string, which: readonly string[]) => {
    const bin = join('node_modules', 'vitest', 'vitest.mjs')
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${to}`]
    return run(process.execPath, [bin, 'run', ...reporters, ...args, ...which], env)
  }
  const outcome = { ok: (await once(file, [])) === 0, ...reported(file, fromVitest) }
  const files = outcome.ok || !isCi() ? [] : filesToRunAgain(outcome.failures ?? [])
  if (files.length === 0) return outcome

  console.log(`\nRun again by themselves: ${files.join(', ')}`)
  const second = join(REPORTS, `again-${report}`)
  const ok = (await once(second, files)) === 0
  if (!existsSync(second)) return outcome
  const whole = withRunAgain(read(file), read(second))
  writeFileSync(file, JSON.stringify(whole))
  const then = reported(file, fromVitest)
  const failed = new Set(then.failures?.map(({ title }) => title))
  return { ok, ...then, unsteady: outcome.failures?.filter(({ title }) => !failed.has(title)) ?? [] }
}

function read(file: string): VitestReport {
  return JSON.parse(readFileSync(file, 'utf8')) as VitestReport
}

async function browserTests(): Promise<Outcome> {
  const chromium = await findChromium(process.env, (message) => console.log(message))
  if (chromium.path === undefined) return browserTestsNotRun(chromium.remedy)
  console.log(`${chromium.version} (${chromium.path})`)
  const file = join(REPORTS, 'playwright.json')
  const code = await run(process.execPath, [...playwright('test')], {
    CHROMIUM_PATH: chromium.path,
    PLAYWRIGHT_JSON_OUTPUT_FILE: file,
  })
  return { ok: code === 0, ...reported(file, fromPlaywright) }
}

/** Says which tests there would have been; in CI that is a failure, since nobody is there to read it. */
async function browserTestsNotRun(remedy: string): Promise<Outcome> {
  const file = join(REPORTS, NOT_RUN_REPORT)
  await run(process.execPath, [...playwright('test', '--list')], { PLAYWRIGHT_JSON_OUTPUT_FILE: file })
  if (!existsSync(file)) writeFileSync(file, '{"suites":[]}')
  const listed = fromPlaywright(JSON.parse(readFileSync(file, 'utf8'))).length
  return { ok: !isCi(), counts: { ...NO_TESTS, skipped: listed }, notRun: remedy }
}

function playwright(...args: string[]): string[] {
  return [join('node_modules', '@playwright', 'test', 'cli.js'), ...args, '--config', BROWSER_CONFIG]
}

/** A runner that ended without its report has told us nothing: its step has failed, and no test is counted. */
function reported(file: string, read: (report: never) => ReportedTest[]): Omit<Outcome, 'ok'> {
  if (!existsSync(file)) return { counts: NO_TESTS }
  const tests = read(JSON.parse(readFileSync(file, 'utf8')) as never)
  return { counts: countsOf(tests), failures: failuresIn(tests), unsteady: unsteadyIn(tests) }
}

function isCi(): boolean {
  return process.env.CI === 'true'
}

function run(program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<number> {
  return new Promise((done) => {
    const child = spawn(program, args, {
      cwd: REPOSITORY_ROOT,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'inherit', 'inherit'],
      shell: program === 'npm' && process.platform === 'win32',
    })
    // Ctrl C reaches the child by itself; a SIGTERM for us alone is passed on.
    const pass = () => child.kill('SIGTERM')
    process.once('SIGTERM', pass)
    const end = (code: number) => {
      process.off('SIGTERM', pass)
      done(code)
    }
    child.once('error', (error) => {
      console.error(error.message)
      end(1)
    })
    child.once('exit', (code) => end(code ?? 1))
  })
}
