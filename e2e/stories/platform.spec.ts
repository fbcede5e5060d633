import { expect, type Page } from '@playwright/test'
import { agree, ask, choose, confirmAlone, tabTo, write } from '../by-keyboard.ts'
import { test } from '../console-test.ts'
import { call, signInAs } from '../operator.ts'

const NOTICE = 'This console has no financial authority.'
const LISTS = ['merchant', 'transaction', 'gateway', 'rate_limit', 'allowlist', 'user', 'config']

type Listed = { id: string; title: string; state: string }

async function listed(page: Page, kind: string, query = ''): Promise<Listed[]> {
  const answer = await page.request.get(`/v1/entities/${kind}?limit=100${query}`)
  return ((await answer.json()) as { entities: Listed[] }).entities
}

/** Opens a record of the first that the list of its kind shows, by keyboard alone. */
async function openFromList(page: Page, kind: string, of: string): Promise<void> {
  const { entities } = await call<{ entities: Listed[] }>(page, `/v1/entities/${kind}?limit=60`)
  const at = entities.findIndex(({ id }) => id === of)
  expect(at).toBeGreaterThanOrEqual(0)
  await page.goto(`/app/lists/${kind}`)
  const table = page.getByRole('grid')
  await expect(table.getByRole('row').nth(1)).toBeVisible()
  await tabTo(page, table)
  for (let step = 0; step < at; step += 1) await page.keyboard.press('j')
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(new RegExp(`open=${kind}(:|%3A)${of}`))
  await expect(page.getByRole('region', { name: 'Open record' }).getByText('Timeline')).toBeVisible()
}

const chooseReason = (page: Page, words: string) =>
  choose(page, page.getByRole('dialog').getByLabel('Reason', { exact: true }), words)

/** Where the record of the kind and id shows its state. */
async function expectState(page: Page, kind: string, id: string, state: string): Promise<void> {
  await page.goto(`/app/entities/${kind}/${id}`)
  await expect(page.getByRole('article').first().getByText(state, { exact: true }).first()).toBeVisible()
}

test('P-13 each section says as whom one is there, and that it moves no money', async ({ browser }) => {
  const page = await signInAs(browser, 'platform/OPS_ADMIN')
  for (const kind of LISTS) {
    await page.goto(`/app/lists/${kind}`)
    await expect(page.getByRole('grid')).toBeVisible()
    await expect(page.getByText(NOTICE)).toBeVisible()
    await expect(
      page.getByRole('complementary', { name: 'You in the console Platform' }).getByText('OPS_ADMIN'),
    ).toBeVisible()
  }
  await page.goto('/app/lists/transaction')
  await expect(page.getByText(/read-only/i).first()).toBeVisible()
})

test('P-09 P-10 P-11 an attempt at finance is on the dashboard by itself, and leads to its entry in the log of the console', async ({
  browser,
}) => {
  const page = await signInAs(browser, 'platform/PLATFORM_ADMIN')
  await page.goto('/app')
  // It is where one comes to, and says as whom one is there.
  await expect(page).toHaveURL(/consoles\/platform\/dashboard/)
  await expect(page.getByText(NOTICE)).toBeVisible()
  const security = page.getByRole('region', { name: /^Security events/ })
  const counted = async () => Number((await security.locator('h2 > span').textContent()) ?? '0')
  await expect(security).toBeVisible()
  const before = await counted()
  expect((await page.request.get('/api/ops/settlements')).status()).toBe(403)
  // While the alert of an earlier attempt stands nothing moves by itself: it is read with the next look.
  await expect.poll(counted, { timeout: 45_000 }).toBeGreaterThan(before)

  const event = security.getByRole('link', { name: 'attempt without permission' })
  await tabTo(page, event)
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/consoles\/platform\/audit-log/)
  const entry = page.getByRole('article')
  await expect(entry.getByText('/api/ops/settlements').first()).toBeVisible()
  await expect(entry.getByText('High').first()).toBeVisible()
  await page.keyboard.press('Escape')
  // Without a filter the security events of the last days stand before everything else.
  await page.goto('/app/consoles/platform/audit-log')
  const first = page.getByRole('region', { name: 'Security events of the last seven days' })
  await expect(first.getByRole('button', { name: 'attempt without permission' }).first()).toBeVisible()
  await expect(page.getByRole('grid').getByRole('row').nth(1)).toBeVisible()
  // The whole log is for auditors, and is not in the rail.
  await expect(page.getByRole('link', { name: 'Audit log', exact: true })).toHaveCount(0)
})

test('P-02 a merchant is suspended for a reason and opened again; its settlements stay as they are scheduled', async ({
  browser,
}) => {
  const page = await signInAs(browser, 'platform/OPS_ADMIN')
  const merchant = (await listed(page, 'merchant')).find(({ state }) => state === 'active')
  if (!merchant) throw new Error('no merchant is active')
  await openFromList(page, 'merchant', merchant.id)
  await page.keyboard.press('s')
  const sheet = page.getByRole('dialog', { name: 'Suspend' })
  await expect(sheet.getByText(/Scheduled settlements/).first()).toBeVisible()
  await chooseReason(page, 'Compliance')
  await confirmAlone(page, 'Suspend')
  await expectState(page, 'merchant', merchant.id, 'suspended')
  await expect(page.getByText('Suspended').first()).toBeVisible()
  await page.keyboard.press('v')
  await chooseReason(page, 'Review ended')
  await confirmAlone(page, 'Activate')
  await expectState(page, 'merchant', merchant.id, 'active')
})

test('P-04 authorisations of a gateway go by another for a time: one asks, another administrator agrees', async ({
  browser,
}) => {
  const asker = await signInAs(browser, 'platform/OPS_ADMIN')
  const approver = await signInAs(browser, 'platform/PLATFORM_ADMIN')
  const gateways = (await listed(asker, 'gateway', '&kind=card')).filter(
    ({ state }) => state === 'operational',
  )
  let asked = ''
  for (const gateway of gateways) {
    const { affordances } = await call<{ affordances: { action: string; allowed: boolean }[] }>(
      asker,
      `/v1/entities/gateway/${gateway.id}`,
    )
    if (!affordances.some(({ action, allowed }) => action === 'platform.override_gateway' && allowed))
      continue
    asked = gateway.id
    await openFromList(asker, 'gateway', gateway.id)
    break
  }
  expect(asked).not.toBe('')
  await asker.keyboard.press('r')
  const sheet = asker.getByRole('dialog', { name: 'Override routing' })
  const instead = sheet.getByLabel('Authorisations go by')
  // They are read once the sheet is open: before that there is nothing to go down to.
  await expect(instead.locator('option:not([disabled])').nth(1)).toBeAttached()
  await tabTo(asker, instead)
  await asker.keyboard.press('ArrowDown')
  await chooseReason(asker, 'slow')
  const request = await ask(asker, 'Override routing')
  await agree(approver, request, 'Override routing')
  await asker.goto(`/app/entities/gateway/${asked}`)
  await expect(asker.getByText(/go to .* until/).first()).toBeVisible()
  await asker.keyboard.press('e')
  await chooseReason(asker, 'well again')
  await confirmAlone(asker, 'End override')
})

test('P-08 a setting is changed after its difference was shown, and taken back as a version of its own', async ({
  browser,
}) => {
  const page = await signInAs(browser, 'platform/PLATFORM_ADMIN')
  await openFromList(page, 'config', 'feature_flag_qr')
  await page.keyboard.press('e')
  const sheet = page.getByRole('dialog', { name: 'Change' })
  await expect(sheet).toBeVisible()
  await write(page, sheet.getByLabel('Value', { exact: true }), '{"enabled": true, "percent": 10}')
  await chooseReason(page, 'rolled out')
  await expect(sheet.getByText('false', { exact: true }).first()).toBeVisible()
  await confirmAlone(page, 'Change')
  const record = page.getByRole('region', { name: 'Open record' })
  await expect(record.getByText(/^Version 2: .*percent.* by /)).toBeVisible()
  await page.keyboard.press('b')
  await expect(page.getByRole('dialog', { name: 'Roll back' })).toBeVisible()
  await chooseReason(page, 'did not do')
  await confirmAlone(page, 'Roll back')
  await expect(record.getByText(/^Version 3: false by /)).toBeVisible()
})

test('P-07 P-12 somebody is invited; a role is asked for by one administrator and given once a second one agrees', async ({
  browser,
}) => {
  const asker = await signInAs(browser, 'platform/OPS_ADMIN')
  const approver = await signInAs(browser, 'platform/PLATFORM_ADMIN')
  await asker.goto('/app/lists/user')
  await expect(asker.getByRole('button', { name: /^Invite/ })).toBeVisible()
  await asker.keyboard.press('i')
  const invite = asker.getByRole('dialog', { name: 'Invite' })
  await write(asker, invite.getByLabel('Username'), 'idp-subject-4711')
  await chooseReason(asker, 'Joined')
  await confirmAlone(asker, 'Invite')
  await asker.goto('/app/entities/person/idp-subject-4711?act=kernel.change_role')
  const change = asker.getByRole('dialog', { name: 'Change role' })
  await choose(asker, change.getByLabel('Role'), 'platform/OPS_ADMIN')
  await chooseReason(asker, 'Joined')
  await agree(approver, await ask(asker, 'Change role'), 'Change role')
  await asker.goto('/app/entities/user/idp-subject-4711')
  await expect(asker.getByRole('article').first().getByText('OPS_ADMIN').first()).toBeVisible()
})

test('P-11 K-29 finance is let read for hours by two people, hears of what changes, does nothing, and is shown out', async ({
  browser,
}) => {
  const reader = await signInAs(browser, 'treasury/FINANCE_ADMIN')
  const asker = await signInAs(browser, 'platform/PLATFORM_ADMIN')
  const approver = await signInAs(browser, 'platform/PLATFORM_ADMIN-2')
  const { person } = await call<{ person: { id: string } }>(reader, '/v1/me')
  const sections = reader.getByRole('navigation').first()
  await expect(sections.getByRole('link', { name: 'Settlements' })).toBeVisible()
  await expect(sections.getByRole('link', { name: 'Merchants' })).toBeHidden()

  await asker.goto(`/app/entities/person/${person.id}`)
  await expect(asker.getByRole('button', { name: /^Let read for a time/ })).toBeEnabled()
  // A role of the platform is never theirs: it is not even offered.
  await expect(asker.getByRole('button', { name: /^Change role/ })).toBeDisabled()
  await asker.keyboard.press('l')
  const sheet = asker.getByRole('dialog', { name: 'Let read for a time' })
  await expect(sheet.getByLabel('Role')).toHaveValue('platform/finance_reader')
  await write(asker, sheet.getByLabel('Hours'), '2')
  await chooseReason(asker, 'Looks into')
  await write(asker, sheet.getByLabel('Note'), 'Why a merchant is paid less than it sold')
  await expect(sheet.getByText(/They ask for nothing there, agree to nothing/)).toBeVisible()
  await agree(approver, await ask(asker, 'Let read for a time'), 'Let read for a time')

  await reader.goto('/app/lists/merchant')
  await expect(sections.getByRole('link', { name: 'Merchants' })).toBeVisible()
  const [merchant] = (await listed(reader, 'merchant', '&state=active')).slice(-1)
  if (!merchant) throw new Error('no merchant is active')
  await reader.goto(`/app/entities/merchant/${merchant.id}`)
  const record = reader.getByRole('article').first()
  await expect(record.getByText('active', { exact: true }).first()).toBeVisible()
  await expect(record.getByRole('button', { name: /^Suspend/ })).toBeDisabled()
  // Nor is anything written beside it.
  await expect(record.getByText('Writing takes a role of your own in this console.')).toBeVisible()
  await expect(reader.getByRole('textbox', { name: 'Note' })).toBeHidden()
  await expect(reader.getByLabel('File')).toBeHidden()
  // What others do there comes to whoever looks at it.
  await asker.goto(`/app/entities/merchant/${merchant.id}`)
  await expect(asker.getByRole('button', { name: /^Suspend/ })).toBeEnabled()
  await asker.keyboard.press('s')
  await chooseReason(asker, 'Compliance')
  await confirmAlone(asker, 'Suspend')
  await expect(record.getByText('suspended', { exact: true }).first()).toBeVisible()
  await asker.keyboard.press('v')
  await chooseReason(asker, 'Review ended')
  await confirmAlone(asker, 'Activate')

  await asker.goto(`/app/entities/person/${person.id}?act=kernel.revoke_role`)
  const taken = asker.getByRole('dialog', { name: 'Take role away' })
  await expect(taken.getByLabel('Role')).toHaveValue('platform/finance_reader')
  await chooseReason(asker, 'Duties')
  await confirmAlone(asker, 'Take role away')
  await reader.goto(`/app/entities/merchant/${merchant.id}`)
  await expect(reader.getByText(/does not exist, or you may not see it/)).toBeVisible()
  await expect(sections.getByRole('link', { name: 'Merchants' })).toBeHidden()
})
