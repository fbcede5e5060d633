import { defineConfig } from 'vitest/config'
import { LongestFirst } from '@countersign/testkit/longest-first.ts'

export default defineConfig({
  test: {
    include: ['{kernel,consoles,apps,cli,sdk,testkit,tools,e2e}/**/*.test.ts'],
    exclude: ['**/node_modules/**', 'consoles/*/web/**', 'apps/web/**'],
    globalSetup: ['testkit/postgres-for-tests.ts'],
    pool: 'forks',
    // Many a test waits (for a lease, a process, a clock): one more than there are cores keeps both busy.
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
    // Files share the modules that they load, and code that is compiled already; none keeps anything in a module.
    isolate: false,
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
})
