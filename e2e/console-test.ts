import { test as base } from '@playwright/test'

/**
 * Playwright's test, which in the end closes every browser that was signed in during it: an open page goes on hearing of what
 * happens and drawing it, at the cost of all that come after.
 */
export const test = base.extend<{ closedInTheEnd: undefined }>({
  closedInTheEnd: [
    async ({ browser }, use) => {
      await use(undefined)
      await Promise.all(browser.contexts().map((context) => context.close()))
    },
    { auto: true },
  ],
})
