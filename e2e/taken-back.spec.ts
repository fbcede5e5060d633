import { expect, type Page } from '@playwright/test'
import { test } from './console-test.ts'
import { call, freeParty, letSignInsAge, signInAs } from './operator.ts'

const REVEALED_FOR = '05:00'

/** From now on whoever agrees to a release has to have signed in within five minutes. */
async function demandFreshSignIns(asking: Page, agreeing: Page[]): Promise<void> {
  const { data } = await call<{ data: { rules?: { action: string }[] } }>(
    asking,
    '/v1/entities/approval_policy/transfers',
  )
  const release = {
    action: 'transfers.unfreeze_entity',
    required: 1,
    eligible_roles: ['transfers/COMPLIANCE', 'transfers/ADMIN'],
    expires_in_s: 86_400,
    step_up: { approval_max_age_s: 300 },
  }
  const rules = [...(data.rules ?? []).filter(({ action }) => action !== release.action), release]
  const change = { target: { kind: 'approval_policy', id: 'transfers' }, input: { rules } }
  const path = '/v1/actions/kernel.change_approval_policy'
  const { preview_digest } = await call<{ preview_digest: string }>(asking, `${path}/preview`, change)
  const { id, digest } = await call<{ id: string; digest: string }>(asking, path, {
    ...change,
    reason: { code: 'limit_review' },
    preview_digest,
  })
  for (const page of agreeing) await call(page, `/v1/requests/${id}/approve`, { digest })
}

test('K-21 K-05 K-14 a freeze is taken back from its request; who agrees signs in again on the way, and is back where they were', async ({
  browser,
}) => {
  const asker = await signInAs(browser, 'transfers/COMPLIANCE')
  const approver = await signInAs(browser, 'transfers/ADMIN')
  const other = await signInAs(browser, 'transfers/ADMIN-2')
  await demandFreshSignIns(other, [asker, approver])
  const party = await freeParty(asker, 0)

  await asker.goto(`/app/entities/party/${party}?act=transfers.freeze_entity`)
  const freeze = asker.getByRole('dialog', { name: 'Freeze' })
  await freeze.getByLabel('Reason').fill('fraud')
  await freeze.getByLabel('Reason').press('Enter')
  await freeze.getByLabel('Note').fill('Drains through three mules, INC-2231')
  await freeze.getByRole('button', { name: 'Ask for approval' }).click()
  await freeze.getByRole('link', { name: 'Open request' }).click()
  await expect(asker).toHaveURL(/\/app\/requests\//)
  const frozen = asker.url()
  await approver.goto(frozen)
  await approver.getByRole('button', { name: 'Approve' }).click()

  await asker.getByRole('button', { name: 'Undo: Unfreeze' }).click()
  const release = asker.getByRole('dialog', { name: 'Unfreeze' })
  await expect(release.getByText('This takes back what was done before:')).toBeVisible()
  await release.getByLabel('Reason').fill('cleared')
  await release.getByLabel('Reason').press('Enter')
  await release.getByRole('button', { name: 'Ask for approval' }).click()
  await release.getByRole('link', { name: 'Open request' }).click()
  await expect(asker).not.toHaveURL(frozen)
  // What is taken back is named.
  await expect(asker.getByText('This takes back').getByRole('link', { name: 'Freeze' })).toBeVisible()

  const asked = asker.url().replace(/.*\//, '')
  await approver.goto(`/app/approvals?open=${asked}`)
  await expect(approver.getByRole('button', { name: 'Approve' })).toBeVisible()
  await letSignInsAge()
  await approver.getByRole('button', { name: 'Approve' }).click()
  await expect(approver.getByText(/needs a sign-in of the last 5 min/)).toBeVisible()
  await approver.getByRole('button', { name: 'Sign in again' }).click()
  await approver.locator('button[value="transfers/ADMIN"]').click()
  await expect(approver).toHaveURL(new RegExp(`/app/approvals\\?open=${asked}$`))
  await approver.getByRole('button', { name: 'Approve' }).click()
  await expect(asker.getByText('Done', { exact: true }).first()).toBeVisible()

  await asker.goto(frozen)
  const by = asker.getByText('Taken back by')
  await by.getByRole('link').click()
  await expect(asker).toHaveURL(new RegExp(`/app/requests/${asked}$`))
})

/** A transfer of somebody whose data this person may reveal. */
async function withPersonalData(page: Page): Promise<string> {
  const answer = await page.request.get('/v1/queues/transfers.returns/items?limit=100')
  const { items } = (await answer.json()) as { items: { subject: { id: string } }[] }
  for (const { subject } of items) {
    const read = await page.request.get(`/v1/entities/transfer/${subject.id}`)
    const { personal = [], affordances } = (await read.json()) as {
      personal?: unknown[]
      affordances: { action: string; allowed: boolean }[]
    }
    const reveal = affordances.find(({ action }) => action === 'transfers.reveal_transfer')
    if (personal.length > 0 && reveal?.allowed === true) return subject.id
  }
  throw new Error('no transfer is left for this story')
}

test('K-30 personal data is revealed to one person, counts down, and is hidden again', async ({
  browser,
}) => {
  const page = await signInAs(browser, 'transfers/COMPLIANCE')
  const record = await withPersonalData(page)
  await page.clock.install()
  await page.goto(`/app/entities/transfer/${record}`)
  const personal = page.getByRole('region', { name: 'Personal data' })
  const masked = personal.getByText('••••').first()
  await expect(masked).toBeVisible()
  const hidden = await masked.textContent()

  await personal.getByRole('button', { name: 'Reveal…' }).click()
  const sheet = page.getByRole('dialog')
  await sheet.getByLabel('Field').selectOption({ index: 1 })
  await sheet.getByLabel('Reason').fill('Speaking')
  await sheet.getByLabel('Reason').press('Enter')
  const reveal = sheet.getByRole('button', { name: /now/ })
  await reveal.click()
  // It closes by itself: what is shown for minutes alone stands behind it, and has the focus.
  await expect(sheet).toBeHidden()

  const timer = personal.getByRole('timer')
  await expect(personal.locator('bdi:focus')).toBeVisible()
  await expect(timer).toHaveText(/hidden again in [45]:\d\d/)
  await expect(personal.getByText(hidden ?? '', { exact: true })).toHaveCount(0)
  await page.clock.fastForward('01:00')
  await expect(timer).toHaveText(/hidden again in 3:\d\d/)
  await page.clock.fastForward(REVEALED_FOR)
  await expect(timer).toBeHidden()
  await expect(personal.getByText(hidden ?? '', { exact: true })).toBeVisible()
})
