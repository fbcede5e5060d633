import { expect, type Page, type Request } from '@playwright/test'
import { expectAccessible } from './accessibility.ts'
import { test } from './console-test.ts'
import { openItem, pagesOfAPhone, signInAs } from './operator.ts'
import { textsIn } from './texts-in.ts'

const [english, french, arabic] = [textsIn('en'), textsIn('fr'), textsIn('ar')]

const shownIn = (page: Page) =>
  page.evaluate(() => ({ lang: document.documentElement.lang, dir: document.documentElement.dir }))

async function choose(page: Page, language: string): Promise<void> {
  await page.getByRole('button', { name: /Nora Lindqvist/ }).click()
  await page.getByRole('menuitemradio', { name: language }).click()
}

test('X-08 whoever chooses a language has it at once and from then on, and the server is told', async ({
  browser,
}) => {
  const page = await signInAs(browser, 'transfers/OPS')
  // What the page asks last of all, when it has come to rest.
  const rest = page.waitForResponse((answer) => answer.url().includes('under_way'))
  await page.goto('/app/transfers/returns')
  await expect(page.getByRole('grid')).toBeVisible()
  await rest
  const asked: Request[] = []
  page.on('request', (request) => asked.push(request))
  await choose(page, 'العربية')
  await expect(page.getByRole('link', { name: arabic('mentions.title') })).toBeVisible()
  expect(await shownIn(page)).toEqual({ lang: 'ar', dir: 'rtl' })
  // Everything in sight is asked for anew, in the language and for the zone in which times are shown.
  await expect.poll(() => asked.filter((one) => one.url().includes('/items')).length).toBeGreaterThan(0)
  // The stream says only what has changed, in no language; a browser lets no header be set on it.
  const answers = asked.filter((one) => one.url().includes('/v1/') && one.resourceType() !== 'eventsource')
  const headers = await Promise.all(answers.map((one) => one.allHeaders()))
  expect(new Set(headers.map((one) => one['accept-language']))).toEqual(new Set(['ar']))
  expect(new Set(headers.map((one) => one['time-zone']))).toEqual(new Set(['UTC']))

  await page.goto('/app/approvals')
  await expect(page.getByRole('heading', { name: arabic('approvals.title') })).toBeVisible()
  await choose(page, 'Français')
  await expect(page.getByRole('heading', { name: french('approvals.title') })).toBeVisible()
  expect(await shownIn(page)).toEqual({ lang: 'fr', dir: 'ltr' })
  await choose(page, french('user.language.account'))
  await expect(page.getByRole('heading', { name: english('approvals.title') })).toBeVisible()
})

test('X-08 the claim of the identity provider shows the console in that language', async ({ browser }) => {
  const page = await signInAs(browser, 'hub/OPERATOR')
  await expect(page.getByText(french('home.nothing'))).toBeVisible()
  expect(await shownIn(page)).toEqual({ lang: 'fr', dir: 'ltr' })
})

for (const { locale, lang, dir, button } of [
  { locale: 'ar-MA', lang: 'ar', dir: 'rtl', button: arabic('signIn.button') },
  { locale: 'fr-CA', lang: 'fr', dir: 'ltr', button: french('signIn.button') },
  { locale: 'ja-JP', lang: 'en', dir: 'ltr', button: english('signIn.button') },
]) {
  test(`X-08 X-13 a browser in ${locale} signs in in ${lang}, and loads that language alone`, async ({
    browser,
  }) => {
    const context = await browser.newContext({ locale })
    const page = await context.newPage()
    const loaded: string[] = []
    page.on('request', (request) => loaded.push(new URL(request.url()).pathname))
    await page.goto('/app/sign-in')
    await expect(page.getByRole('link', { name: button })).toBeVisible()
    expect(await shownIn(page)).toEqual({ lang, dir })
    const catalogues = loaded.flatMap((path) => /\/catalogue\.(\w+)-/.exec(path)?.[1] ?? [])
    expect(catalogues).toEqual([lang])
    await expectAccessible(page)
    await context.close()
  })
}

test('X-08 a session that has ended says so in the language of the page', async ({ browser }) => {
  const page = await signInAs(browser, 'transfers/OPS', { language: 'fr' })
  await page.goto('/app/transfers/returns')
  await expect(page.getByRole('grid')).toBeVisible()
  await page.context().clearCookies()
  await page.getByRole('link', { name: french('mentions.title') }).click()
  await expect(page.getByText(french('shell.sessionEnded'))).toBeVisible()
})

test('X-08 amounts, times and lengths are as the language writes them; Arabic has the digits of bank files', async ({
  browser,
}) => {
  const page = await signInAs(browser, 'transfers/OPS', { language: 'fr' })
  const transfer = await openItem(page, 'transfers.returns')
  const record = await (await page.request.get(`/v1/entities/transfer/${transfer}`)).json()
  const { amount, currency } = (record as { data: { amount: { amount: string; currency: string } } }).data
    .amount
  const [whole = '', minor = ''] = amount.split('.')
  const [thousands, rest] = [whole.slice(0, -3), whole.slice(-3)]
  await page.goto(`/app/entities/transfer/${transfer}`)
  // The narrow no-break space of French groups.
  const inFrench = thousands === '' ? `${rest},${minor}` : `${thousands}\u202f${rest},${minor}`
  await expect(page.getByText(`${inFrench} ${currency}`).first()).toBeVisible()
  await choose(page, 'العربية')
  const inArabic = thousands === '' ? `${rest}.${minor}` : `${thousands},${rest}.${minor}`
  await expect(page.getByText(`${inArabic} ${currency}`).first()).toBeVisible()
  expect(await page.locator('main').textContent()).not.toMatch(/[٠-٩]/)
})

test('X-08 X-12 X-07 in French, dark and on a phone, nothing is wider than the screen and axe finds nothing', async ({
  browser,
}) => {
  test.slow()
  const page = await signInAs(browser, 'transfers/ADMIN', {
    theme: 'dark',
    width: 390,
    height: 844,
    language: 'fr',
  })
  const transfer = await openItem(page, 'transfers.returns')
  for (const path of pagesOfAPhone(transfer)) {
    await test.step(path, async () => {
      await page.goto(path)
      await page.locator('main').getByRole('heading').first().waitFor()
      await expect(page.locator('main [aria-busy="true"]')).toHaveCount(0)
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
      await expectAccessible(page)
    })
  }
})

test('X-06 X-08 where the texts do not come the page says so in its language, and what to do', async ({
  browser,
}) => {
  const context = await browser.newContext({ locale: 'fr-FR' })
  const page = await context.newPage()
  await page.route(/\/assets\/catalogue\./, (route) => route.abort())
  await page.goto('/app/sign-in')
  await expect(page.getByText('rechargez la page')).toBeVisible()
  expect(await shownIn(page)).toEqual({ lang: 'fr', dir: 'ltr' })
  await context.close()
})

/** Latin names, identifiers, dates and figures on the page of which the last letter is drawn before the first. */
function drawnBackwards(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found: string[] = []
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    const boxOf = (node: Node, at: number) => {
      const range = document.createRange()
      range.setStart(node, at)
      range.setEnd(node, at + 1)
      return range.getBoundingClientRect()
    }
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
      const text = node.textContent ?? ''
      for (const match of text.matchAll(/[A-Za-z0-9•][A-Za-z0-9•.:/_,+@-]{2,}[A-Za-z0-9•]/g)) {
        const first = boxOf(node, match.index)
        const last = boxOf(node, match.index + match[0].length - 1)
        const drawn = first.width > 0 && last.width > 0 && Math.abs(first.top - last.top) < first.height / 2
        if (drawn && first.left > last.left) found.push(`${match[0]} in “${text}”`)
      }
    }
    return found
  })
}

test('X-08 on an Arabic page identifiers, dates, amounts and masked accounts are drawn from left to right', async ({
  browser,
}) => {
  test.slow()
  const page = await signInAs(browser, 'transfers/ADMIN', { language: 'ar' })
  const transfer = await openItem(page, 'transfers.returns')
  const exception = await openItem(page, 'transfers.exceptions')
  const hit = await openItem(page, 'transfers.compliance')
  for (const path of [
    `/app/transfers/returns?open=transfer:${transfer}`,
    `/app/transfers/exceptions?open=exception:${exception}`,
    `/app/transfers/compliance?open=hit:${hit}`,
    `/app/entities/transfer/${transfer}?act=transfers.return_transfer`,
    '/app/approvals?tab=history',
    '/app/audit',
    '/app/system/access',
    '/app/system/upstreams',
    '/app/entities/projection/kernel.timeline',
    '/app/entities/approval_policy/transfers',
  ]) {
    await page.goto(path)
    await page.locator('main').getByRole('heading').first().waitFor()
    await expect(page.locator('main [aria-busy="true"]')).toHaveCount(0)
    expect.soft(await drawnBackwards(page), path).toEqual([])
  }
})
