import { expect } from '@playwright/test'
import { test } from './console-test.ts'
import { signInAs } from './operator.ts'

test('X-10 X-13 what draws charts is loaded with the first chart, and not before', async ({ browser }) => {
  const page = await signInAs(browser, 'transfers/OPS')
  const loaded: string[] = []
  page.on('request', (request) => loaded.push(new URL(request.url()).pathname))
  await page.goto('/app/transfers/returns')
  await page.getByRole('grid').getByRole('row').nth(1).waitFor()
  const plots = () => loaded.filter((path) => /\/plot-[^/]+\.js$/.test(path))
  expect(plots()).toEqual([])
  await page.getByRole('link', { name: 'Figures' }).click()
  await page.locator('canvas').first().waitFor()
  expect(plots()).toHaveLength(1)
})
