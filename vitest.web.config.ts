import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { defineConfig } from 'vitest/config'

const SETS = /\bTZ\b|useFakeTimers|\bIntl\.|(?:local|session)Storage|stubGlobal|vi\.mock\(|startPageLanguage/
const FOLDERS = ['ui', 'web-kit', 'apps/web', 'consoles']

/** Files that set the clock, the zone or what the browser keeps: modules that ask for those once must be their own. */
const alone = FOLDERS.flatMap((folder) =>
  readdirSync(join(import.meta.dirname, folder), { recursive: true, encoding: 'utf8' })
    .map((file) => `${folder}/${file}`)
    .filter((file) => /^(?!.*(?:node_modules|dist)\/).*\.test\.tsx?$/.test(file))
    .filter((file) => SETS.test(readFileSync(join(import.meta.dirname, file), 'utf8'))),
)

const common = {
  environment: 'happy-dom',
  pool: 'forks',
  testTimeout: 15_000,
  css: false,
} as const

/** Tests of browser code: pure logic and components, in a DOM without a browser. Pages are tested in Chromium by e2e/. */
export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      {
        test: {
          ...common,
          name: 'shared',
          include: ['{ui,web-kit,apps/web,consoles/*/web}/**/*.test.{ts,tsx}'],
          exclude: ['**/node_modules/**', '**/dist/**', ...alone],
          // Files share the modules that they load: loading them takes three times as long as the tests.
          isolate: false,
        },
      },
      { test: { ...common, name: 'alone', include: alone, exclude: ['**/node_modules/**'] } },
    ],
  },
})
