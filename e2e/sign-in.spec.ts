import { createRequire } from 'node:module'
import { type Browser, expect, type Page } from '@playwright/test'
import { test } from './console-test.ts'

const require = createRequire(import.meta.url)
const AXE = require.resolve('axe-core/axe.min.js')

async function signInPage(page: Page): Promise<void> {
  await page.goto('/auth/login?return_to=/app')
  await expect(page.getByRole('heading', { name: 'Sign in to Countersign' })).toBeVisible()
}

async function accessibilityFindings(page: Page): Promise<string[]> {
  await page.addScriptTag({ path: AXE })
  return page.evaluate(async () => {
    const { axe } = window as unknown as {
      axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> }
    }
    const { violations } = await axe.run()
    return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)
  })
}

test('K-01 K-03 a persona signs in at the identity provider and arrives in the console with a session', async ({
  page,
}) => {
  await signInPage(page)
  await page.getByRole('button', { name: 'transfers/OPS', exact: false }).first().click()
  await expect(page).toHaveURL(/\/app/)
  const me = await page.request.get('/v1/me')
  expect(await me.json()).toMatchObject({
    person: { id: 'transfers-OPS', name: 'Nora Lindqvist' },
    roles: ['transfers/OPS'],
  })
})

test('K-03 after signing out, whoever comes next is asked who they are', async ({ page }) => {
  await signInPage(page)
  await page.getByRole('button', { name: 'transfers/OPS', exact: false }).first().click()
  await page.getByRole('button', { name: /Nora Lindqvist/ }).click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await expect(page).toHaveURL(/\/app\/sign-in$/)
  await page.getByRole('link', { name: 'Sign in' }).click()
  await page.locator('button[value="transfers/ADMIN"]').click()
  await expect(page).toHaveURL(/\/app/)
  const me = await page.request.get('/v1/me')
  expect(await me.json()).toMatchObject({ person: { id: 'transfers-ADMIN' } })
})

test('K-01 signing in needs no script, and works by keyboard alone', async ({ browser }) => {
  const page = await withoutScript(browser)
  await signInPage(page)
  const auditor = page.getByRole('button', { name: 'kernel/auditor-2' })
  await auditor.focus()
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/\/app/)
  const me = await page.request.get('/v1/me')
  expect(await me.json()).toMatchObject({ person: { id: 'kernel-auditor-2' } })
  await page.context().close()
})

test('K-03 a person without a page is not trapped: they can leave and come back as somebody else', async ({
  page,
}) => {
  await signInPage(page)
  await page.getByText('People with no page yet').click()
  await page.locator('button[value="hub/OPERATOR-2"]').click()
  await expect(page.getByRole('heading', { name: 'There is no page for you here yet' })).toBeVisible()
  await page.getByRole('button', { name: 'Sign out and choose somebody else' }).click()
  await expect(page).toHaveURL(/\/app\/sign-in$/)
  await page.getByRole('link', { name: 'Sign in' }).click()
  await expect(page.getByRole('heading', { name: 'Sign in to Countersign' })).toBeVisible()
})

test('K-01 the console opened as localhost leads to its own address, where signing in works', async ({
  page,
  baseURL,
}) => {
  const { port } = new URL(baseURL ?? '')
  await page.goto(`http://localhost:${port}/`)
  await expect(page).toHaveURL(`${baseURL}/app/sign-in?return_to=%2Fapp%2F`)
  await page.goto(`http://localhost:${port}/auth/callback?state=none`)
  await page.getByRole('link', { name: 'Begin again' }).click()
  await page.getByRole('button', { name: 'transfers/OPS', exact: false }).first().click()
  await expect(page.getByRole('button', { name: /Nora Lindqvist/ })).toBeVisible()
})

for (const colorScheme of ['light', 'dark'] as const) {
  test(`X-07 the sign-in page has no accessibility finding (${colorScheme})`, async ({ browser }) => {
    const context = await browser.newContext({ colorScheme, bypassCSP: true })
    const page = await context.newPage()
    await signInPage(page)
    expect(await accessibilityFindings(page)).toEqual([])
    await page.setViewportSize({ width: 390, height: 844 })
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
    expect(overflow).toBeLessThanOrEqual(0)
    await context.close()
  })
}

async function withoutScript(browser: Browser): Promise<Page> {
  const context = await browser.newContext({ javaScriptEnabled: false })
  return context.newPage()
}
