import { expect, type Page } from '@playwright/test'
import { test } from './console-test.ts'
import { atUpstream, freeParty, inDatabase, killServer, openItem, signInAs } from './operator.ts'

test('X-06 a list that cannot be read says what failed, gives the request id, and is read again on asking', async ({
  browser,
}) => {
  const page = await signInAs(browser, 'transfers/OPS')
  const items = '**/v1/queues/transfers.exceptions/items*'
  await page.route(items, (route) =>
    route.fulfill({
      status: 422,
      contentType: 'application/problem+json',
      body: JSON.stringify({
        type: 'about:blank',
        title: 'Unprocessable',
        status: 422,
        detail: 'The list is being rebuilt.',
        request_id: 'req-77',
      }),
    }),
  )
  await page.goto('/app/transfers/exceptions')
  const alert = page.getByRole('alert')
  await expect(alert).toContainText('The list is being rebuilt.')
  await expect(alert).toContainText('req-77')
  await page.unroute(items)
  await alert.getByRole('button', { name: 'Try again' }).click()
  await expect(page.getByRole('grid')).toBeVisible()
})

test('X-06 after the session has ended a record says so and offers signing in, and the stream is asked for no more', async ({
  browser,
}) => {
  const page = await signInAs(browser, 'transfers/OPS')
  let asked = 0
  await page.route('**/v1/stream', (route) => {
    asked += 1
    return route.fulfill({ status: 401 })
  })
  await page.clock.install()
  await page.goto('/app/transfers/returns?kind=return')
  const grid = page.getByRole('grid', { name: 'Returns' })
  await expect(grid.getByRole('row').nth(3)).toBeVisible()
  await page.context().clearCookies()
  await page.keyboard.press('j')
  await page.keyboard.press('Enter')
  const record = page.getByRole('region', { name: 'Open record' })
  await expect(record.getByRole('alert')).toContainText('Your session has ended')
  await expect(record.getByRole('alert').getByRole('button', { name: 'Sign in again' })).toBeVisible()
  await expect(page.getByText('Try again')).toBeHidden()
  await expect(page.getByText(/bearer token/)).toBeHidden()
  await expect(page.getByRole('banner').getByText('Not live: your session has ended')).toBeVisible()
  const before = asked
  expect(before).toBeGreaterThan(0)
  await page.clock.fastForward('10:00')
  await expect(page.getByText('Not live: your session has ended')).toBeVisible()
  expect(asked).toBe(before)
})

test('X-06 a part that another version of the console no longer has is said to be missing where it would stand; the page is loaded anew on asking, and what was typed stays', async ({
  browser,
}) => {
  const page = await signInAs(browser, 'transfers/OPS')
  const id = await openItem(page, 'transfers.returns')
  const gone = /\/assets\/(runbook|typed-filter|approvals-page)-[^/]+\.(js|css)$/
  await page.route(gone, (route) => route.fulfill({ status: 404 }))
  await page.goto(`/app/transfers/returns?open=transfer:${id}`)
  const record = page.getByRole('region', { name: 'Open record' })
  const note = record.getByRole('textbox', { name: 'Note', exact: true })
  await note.fill('The bank called back')

  await page.getByRole('button', { name: 'What to do' }).click()
  const dialog = page.getByRole('dialog', { name: 'What to do' })
  await expect(dialog.getByRole('alert')).toContainText('Could not be loaded: What to do')
  await expect(page.getByRole('grid', { name: 'Returns' })).toBeAttached()
  await page.keyboard.press('Escape')
  await expect(dialog).toBeHidden()
  await expect(note).toHaveValue('The bank called back')

  await page.getByRole('button', { name: '+ filter' }).click()
  await page.getByRole('menuitem', { name: 'Type values…' }).first().click()
  await expect(page.getByRole('dialog').getByRole('alert')).toContainText('Could not be loaded: Filter')
  await Promise.all([
    page.waitForEvent('load'),
    page.getByRole('dialog').getByRole('button', { name: 'Try again' }).click(),
  ])
  await expect(note).toHaveValue('The bank called back')
  await expect(page.getByRole('dialog')).toBeHidden()

  await page.getByRole('navigation', { name: 'Consoles' }).getByRole('link', { name: 'Approvals' }).click()
  await expect(page.getByRole('heading', { name: 'This page could not be loaded' })).toBeVisible()
  await page.unroute(gone)
  await page.getByRole('button', { name: 'Try again' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'Approvals' })).toBeVisible()
})

test('X-06 an address that asks for what a list does not have leads back to the usual list', async ({
  browser,
}) => {
  const page = await signInAs(browser, 'transfers/OPS')
  await page.goto('/app/transfers/returns?sort=zzz')
  const alert = page.getByRole('alert')
  await expect(alert).toContainText('The address asks for something that this list does not have')
  await expect(alert.getByRole('button', { name: 'Try again' })).toBeHidden()
  await alert.getByRole('button', { name: 'Use the usual filters and sort' }).click()
  await expect(page.getByRole('grid')).toBeVisible()
})

test('X-06 what may not be read is not asked for, so that no refusal stands in the audit log', async ({
  browser,
}) => {
  const refused: string[] = []
  const watch = (page: Page) =>
    page.on('response', (answer) => {
      if (answer.status() === 403) refused.push(answer.url())
    })
  const merchant = await signInAs(browser, 'platform/MERCHANT')
  watch(merchant)
  for (const address of [
    '/app/transfers/returns',
    '/app/entities/transfer/tr_1',
    '/app/approvals',
    '/app/requests/1',
  ]) {
    await merchant.goto(address)
    await expect(merchant.getByRole('link', { name: 'Go to the start page' })).toBeVisible()
  }
  const operator = await signInAs(browser, 'transfers/OPS')
  watch(operator)
  await operator.goto('/app/audit')
  await expect(operator.getByText('You may not see the audit log')).toBeVisible()
  await expect(operator.getByText('Export')).toBeHidden()
  expect(refused).toEqual([])
})

test('X-06 while a record is slow to read, what the list knows of it is shown; while it fails, that too', async ({
  browser,
}) => {
  const page = await signInAs(browser, 'transfers/OPS')
  const id = await openItem(page, 'transfers.returns', (fields) => fields.kind === 'return')
  const entity = `**/v1/entities/transfer/${id}`
  let answer = (): void => undefined
  const held = new Promise<void>((resolve) => {
    answer = resolve
  })
  await page.route(entity, async (route) => {
    await held
    await route.abort()
  })
  await page.goto(`/app/transfers/returns?open=transfer:${id}`)
  const record = page.getByRole('region', { name: 'Open record' })
  await expect(record.getByText('Amount', { exact: true })).toBeVisible()
  await expect(record.getByText('Reading the record fresh from where it lives…').first()).toBeVisible()
  answer()
  await expect(record.getByText('The server did not answer. It is being tried again.')).toBeVisible()
  await page.unroute(entity)
})

test('X-06 a list that no item matches says so and offers the way back', async ({ browser }) => {
  const page = await signInAs(browser, 'transfers/OPS')
  await page.goto('/app/transfers/returns?code=R99')
  await expect(page.getByText('No item matches these filters')).toBeVisible()
  await page.getByRole('button', { name: 'Remove the filters' }).click()
  await expect(page.getByRole('grid')).toBeVisible()
})

test('X-06 K-08 what is not allowed is there, disabled, and says which role is missing', async ({
  browser,
}) => {
  const page = await signInAs(browser, 'transfers/OPS')
  const id = await openItem(page, 'transfers.returns')
  await page.goto(`/app/entities/transfer/${id}`)
  await page.getByRole('complementary', { name: 'Related' }).getByRole('link').first().click()
  const freeze = page.getByRole('button', { name: 'Freeze', exact: true })
  await expect(freeze).toHaveAttribute('aria-disabled', 'true')
  await expect(freeze).toHaveAccessibleDescription(/transfers\/COMPLIANCE/)
  await freeze.focus()
  await expect(page.getByRole('tooltip').filter({ hasText: 'COMPLIANCE' }).first()).toBeVisible()
})

test('X-06 a page that this person may not see says so, and a page that is not there', async ({
  browser,
}) => {
  const page = await signInAs(browser, 'platform/MERCHANT')
  await expect(page.getByText('There is no page for you here yet')).toBeVisible()
  await page.goto('/app/no/such/page/at/all')
  await expect(page.getByRole('heading', { name: 'There is no such page' })).toBeVisible()
  await expect(page.getByRole('navigation', { name: 'Consoles' })).toBeVisible()
})

test('X-01 whoever chooses a page while the first one is still being found comes to the page that they chose', async ({
  browser,
}) => {
  const page = await signInAs(browser, 'transfers/OPS')
  await expect(page).toHaveURL(/transfers\/returns/)
  let tellQueues = () => undefined as unknown
  let loadPage = () => undefined as unknown
  const queuesKnown = new Promise((known) => (tellQueues = () => known(undefined)))
  const pageLoaded = new Promise((loaded) => (loadPage = () => loaded(undefined)))
  await page.route('**/v1/queues', async (route) => {
    await queuesKnown
    await route.continue()
  })
  await page.route(/\/assets\/approvals-page-[^/]+\.js$/, async (route) => {
    await pageLoaded
    await route.continue()
  })
  await page.goto('/app')
  const answered = page.waitForResponse('**/v1/queues')
  await page
    .getByRole('navigation', { name: 'Consoles' })
    .getByRole('link', { name: 'Approvals' })
    .click({ noWaitAfter: true })
  tellQueues()
  await (await answered).finished()
  await expect(page.getByRole('navigation').getByRole('link', { name: /^Returns/ })).toBeVisible()
  loadPage()
  await expect(page.getByRole('heading', { level: 1, name: 'Approvals' })).toBeVisible()
  expect(new URL(page.url()).pathname).toBe('/app/approvals')
})

test('K-29 X-06 a page that lost its stream says so, and is live again when it is back', async ({
  browser,
}) => {
  const page = await signInAs(browser, 'transfers/OPS')
  await page.route('**/v1/stream', (route) => route.abort())
  await page.goto('/app/transfers/returns')
  await expect(page.getByRole('grid')).toBeVisible()
  const said = page.getByText('Not live: reconnecting')
  await expect(said).toBeVisible()
  await page.unroute('**/v1/stream')
  await expect(said).toBeHidden({ timeout: 40_000 })
})

test('K-01 whoever is not signed in is asked to, and comes back to where they were going', async ({
  browser,
}) => {
  const context = await browser.newContext()
  const page = await context.newPage()
  await page.goto('/app/transfers/returns?rail=ach')
  await expect(page).toHaveURL(/\/app\/sign-in\?return_to=/)
  await page.getByRole('link', { name: 'Sign in' }).click()
  await page.locator('button[value="transfers/OPS"]').click()
  await expect(page).toHaveURL('/app/transfers/returns?rail=ach')
  await expect(page.getByRole('grid', { name: 'Returns' })).toBeVisible()

  await page.getByText('transfers/OPS', { exact: true }).first().click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await expect(page).toHaveURL('/app/sign-in')
  const answer = await page.request.get('/v1/me')
  expect(answer.status()).toBe(401)
})

test('X-09 the theme that a person chose stays chosen', async ({ browser }) => {
  const page = await signInAs(browser, 'transfers/OPS', { theme: 'light' })
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor)
  const light = await ground()
  await page.getByText('transfers/OPS', { exact: true }).first().click()
  await page.getByRole('menuitemradio', { name: 'Dark' }).click()
  await expect.poll(ground).not.toBe(light)
  const dark = await ground()
  await page.reload()
  expect(await ground()).toBe(dark)
})

test('X-11 X-06 a view that was saved when its queue had more still opens, with what there is, and says what is gone', async ({
  browser,
}) => {
  const page = await signInAs(browser, 'transfers/OPS')
  await page.goto('/app/transfers/returns')
  await page.getByRole('button', { name: '+ filter' }).click()
  await page.getByRole('menuitemcheckbox', { name: 'ACH' }).click()
  await page.getByRole('button', { name: 'Views' }).click()
  await page.getByRole('menuitem', { name: 'Save as a view…' }).click()
  await page.getByRole('textbox', { name: 'Name' }).fill('From long ago')
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await expect(page.getByRole('button', { name: 'From long ago' })).toBeVisible()
  // As if it had been saved with a filter that this queue had then.
  const aged = `UPDATE kernel.saved_view SET list = list || '{"colour": ["red"]}' WHERE name = 'From long ago'`
  await expect.poll(() => inDatabase(aged)).toBe(1)
  await page.goto('/app/transfers/returns')
  await page.getByRole('button', { name: 'Views' }).click()
  const old = page.getByRole('menuitemradio', { name: /From long ago/ })
  await expect(old).toContainText('opens without “colour”')
  await old.click()
  await expect(page).toHaveURL(/rail=ach/)
  await expect(page.getByRole('grid').getByRole('row').nth(1)).toBeVisible()
  await expect(page.getByRole('alert')).toHaveCount(0)
})

test('X-06 K-08 a link to a record that one may not see says so, and not whether there is one', async ({
  browser,
}) => {
  const sees = await signInAs(browser, 'transfers/OPS')
  const id = await openItem(sees, 'transfers.returns')
  const page = await signInAs(browser, 'platform/MERCHANT')
  const said = async (record: string) => {
    await page.goto(`/app/entities/transfer/${record}`)
    await expect(page.locator('main').getByRole('heading').first()).toBeVisible()
    return ((await page.locator('main').textContent()) ?? '').replaceAll(record, '…')
  }
  const there = await said(id)
  expect(there).toBe(await said('tr_nothing_of_the_kind'))
  expect(there).toMatch(/may not|no role|not see/i)
})

test('X-06 K-29 the server is gone for a while: it is said, what was typed is kept, and what happened meanwhile is there by itself', async ({
  browser,
}) => {
  test.slow()
  const page = await signInAs(browser, 'transfers/COMPLIANCE')
  const party = await freeParty(page, 0)
  await page.goto(`/app/entities/party/${party}?act=transfers.freeze_entity`)
  const note = page.getByRole('dialog').getByRole('textbox').last()
  await note.fill('as the bank told us on the phone')
  // It is started again after a moment, and is killed again until the upstream has acted.
  let gone = true
  const killing = (async () => {
    while (gone) {
      killServer()
      await page.waitForTimeout(200)
    }
  })()
  await expect(page.getByText(/Not live/).first()).toBeVisible({ timeout: 60_000 })
  await atUpstream(`/compliance/parties/${party}/freeze`, {
    reason: 'court_order',
    note: 'Order 17 of the court',
  })
  gone = false
  await killing
  await expect(page.getByText(/Not live/)).toHaveCount(0, { timeout: 90_000 })
  await expect(note).toHaveValue('as the bank told us on the phone')
  await expect(page.getByText('Frozen: no transfer of this')).toBeAttached({ timeout: 60_000 })
})
