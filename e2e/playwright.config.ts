import { defineConfig } from '@playwright/test'

const { TEST_PARALLEL_INDEX: worker, COUNTERSIGN_PRODUCTS: products } = process.env
if (worker !== undefined && products !== undefined) {
  // Of those that start-everything.ts has started, each worker has one of its own.
  Object.assign(process.env, (JSON.parse(products) as NodeJS.ProcessEnv[])[Number(worker)])
}

const asRoot = process.getuid?.() === 0

/** Quiet and the same everywhere: nothing is fetched, nothing is drawn by a graphics card. */
const CHROMIUM_ARGUMENTS = [
  ...(asRoot ? ['--no-sandbox'] : []),
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

export default defineConfig({
  testDir: '.',
  testMatch: '**/*.spec.ts',
  outputDir: '../test-results',
  globalSetup: './start-everything.ts',
  // A product and a world for each: the stories of one world run one after the other.
  workers: 2,
  fullyParallel: false,
  forbidOnly: process.env.CI === 'true',
  // What passes only then is named UNSTEADY at the end (tools/test).
  retries: process.env.CI === 'true' ? 1 : 0,
  timeout: 60_000,
  expect: { timeout: 15_000 },
  reporter: [
    ['list'],
    ['json', { outputFile: process.env.PLAYWRIGHT_JSON_OUTPUT_FILE ?? '../.cache/reports/playwright.json' }],
  ],
  use: {
    // Set by start-everything.ts, which knows the ports.
    baseURL: process.env.COUNTERSIGN_URL,
    locale: 'en-US',
    timezoneId: 'UTC',
    // Recording one of every story takes longer than the stories; `--trace on` has one where it is needed.
    trace: 'off',
    screenshot: 'only-on-failure',
    launchOptions: {
      executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
      args: CHROMIUM_ARGUMENTS,
    },
  },
})
