import { defineConfig } from 'vitest/config'

/** Tests of browser code: pure logic and components, in a DOM without a browser. Pages are tested in Chromium by e2e/. */
export default defineConfig({
  test: {
    include: ['{ui,web-kit,apps/web,consoles/*/web}/**/*.test.{ts,tsx}'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    environment: 'happy-dom',
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 15_000,
    css: false,
  },
})
