import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Files that take a minute or more, whatever their size says: begun last, each would keep everybody waiting at the end. */
const LONGEST = [
  'testkit/faults/faults.test.ts',
  'apps/server/killed-worker.test.ts',
  'apps/server/several-processes.test.ts',
  'kernel/bulk/bulk.test.ts',
  'apps/server/jobs.test.ts',
  'consoles/transfers/screening/screening.test.ts',
  'tools/product/start-product.test.ts',
  'kernel/http/make-http-server.test.ts',
  'cli/countersign.test.ts',
  'cli/audit-verify.test.ts',
  'cli/audit-recover.test.ts',
  'cli/policy-simulate.test.ts',
  'apps/server/upstreams.test.ts',
]

/** The longest files first, the others in vitest's own order. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const place = LONGEST.findIndex((name) => moduleId.endsWith(name))
      return place === -1 ? LONGEST.length : place
    }
    const usual = await super.sort(files)
    return usual.toSorted((a, b) => rank(a) - rank(b))
  }
}

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
    // What an assertion found is said in its own words: reports for machines and the end of `npm test` hold no more.
    chaiConfig: { truncateThreshold: 400 },
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
})
