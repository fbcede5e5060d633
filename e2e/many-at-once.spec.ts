import { expect, type Page } from '@playwright/test'
import { test } from './console-test.ts'
import { call, incomingEntries, misbehave, signInAs } from './operator.ts'

const ROWS = 3

type Item = { subject: { id: string }; title: string; open_request?: unknown; parties: string[] }
type Read = {
  affordances: { action: string; allowed: boolean }[]
  related: { kind: string; id: string }[]
}

/** ACH returns, each of which can be asked for, none that its bank returned for R01, and no two of the same title. */
async function returnable(page: Page): Promise<[Item, ...Item[]]> {
  const { items } = await call<{ items: Item[] }>(
    page,
    '/v1/queues/transfers.returns/items?kind=return&rail=ach&code=R02,R03,R16&limit=100',
  )
  const found: Item[] = []
  for (const item of items) {
    if (item.open_request !== undefined || found.some(({ title }) => title === item.title)) continue
    const { affordances, related } = await call<Read>(page, `/v1/entities/transfer/${item.subject.id}`)
    const able = affordances.some(({ action, allowed }) => action === 'transfers.return_transfer' && allowed)
    const parties = related.flatMap(({ kind, id }) => (kind === 'party' ? [id] : []))
    if (able) found.push({ ...item, parties })
    const [first, ...rest] = found
    if (first !== undefined && found.length === ROWS) return [first, ...rest]
  }
  throw new Error('no returns are left for this story')
}

/** A party of one transfer and of none of the others. */
function ownParty(of: Item, others: Item[]): string {
  const theirs = new Set(others.flatMap(({ parties }) => parties))
  const [own] = of.parties.filter((party) => !theirs.has(party))
  if (own === undefined) throw new Error('these transfers have all their parties in common')
  return own
}

/** Frozen at once as an emergency, which another person then has to agree to. */
async function freezeAtOnce(page: Page, party: string): Promise<string> {
  const path = '/v1/actions/transfers.freeze_entity'
  const reason = { code: 'fraud_suspected', note: 'Drains through three mules' }
  const asked = { target: { kind: 'party', id: party }, input: {}, reason }
  const { preview_digest } = await call<{ preview_digest: string }>(page, `${path}/preview`, asked)
  const { id } = await call<{ id: string }>(page, path, { ...asked, preview_digest, emergency: true })
  const state = async () => (await call<{ state: string }>(page, `/v1/entities/party/${party}`)).state
  await expect.poll(state).toBe('frozen')
  return id
}

test('K-19 X-06 three returns in one request: agreed to once, each shown as it ends, and the one that was stopped asked for again', async ({
  browser,
}) => {
  const asker = await signInAs(browser, 'transfers/OPS')
  const officer = await signInAs(browser, 'transfers/COMPLIANCE')
  const approver = await signInAs(browser, 'transfers/ADMIN')
  const chosen = await returnable(asker)

  await asker.goto('/app/transfers/returns?kind=return&rail=ach')
  for (const { title } of chosen) {
    await asker
      .getByRole('checkbox', { name: `Select: ${title}`, exact: true })
      .first()
      .check()
  }
  // Loading the page anew takes none of it away.
  await asker.reload()
  for (const { title } of chosen) {
    await expect(asker.getByRole('checkbox', { name: `Select: ${title}`, exact: true }).first()).toBeChecked()
  }
  await asker.keyboard.press('.')
  await asker.getByRole('menuitem', { name: 'Return transfer' }).click()
  const sheet = asker.getByRole('dialog', { name: `Return transfer: ${ROWS} records` })
  await sheet.getByLabel('Reason').fill('R01')
  await sheet.getByLabel('Reason').press('Enter')
  await expect(sheet.getByRole('button', { name: `Ask for ${ROWS} records` })).toBeVisible()
  // What it would do for this reason has been read: whoever presses before that is shown it first.
  await expect(sheet.getByText(/it is booked for R01 instead/).first()).toBeVisible()
  await asker.keyboard.press('Control+Enter')
  await expect(sheet.getByText(/It waits for 1 more approval/)).toBeVisible()
  await sheet.getByRole('link', { name: 'Open request' }).click()
  await expect(asker.getByRole('heading', { name: 'Records of this request' })).toBeVisible()

  // Meanwhile a party of one of them is frozen, so that nothing of it is returned.
  const [stopped, ...others] = chosen
  const party = ownParty(stopped, others)
  const freeze = await freezeAtOnce(officer, party)
  await approver.goto(asker.url())
  await approver.getByRole('button', { name: 'Approve' }).click()
  await expect(asker.locator('main').getByText(`${ROWS} of ${ROWS} have ended`)).toBeVisible()
  await expect(asker.locator('main').getByRole('progressbar')).toHaveAttribute('value', String(ROWS))
  await expect(asker.getByRole('button', { name: /^Done 2$/ })).toBeVisible()
  await asker.getByRole('button', { name: /^Void: it changed meanwhile 1$/ }).click()
  const rows = asker.getByRole('list', { name: 'Records of this request' }).getByRole('listitem')
  await expect(rows).toHaveCount(1)
  await call(approver, `/v1/requests/${freeze}/reject`, { reason: 'The mules are payroll.' })
  const state = async () => (await call<{ state: string }>(officer, `/v1/entities/party/${party}`)).state
  await expect.poll(state).not.toBe('frozen')

  await asker.getByRole('button', { name: 'Ask again for 1 record' }).click()
  const again = asker.getByRole('dialog', { name: 'Return transfer: 1 record' })
  await again.getByRole('button', { name: 'Ask for 1 record' }).click()
  await again.getByRole('link', { name: 'Open request' }).click()
  await expect(asker.getByRole('heading', { name: 'Records of this request' })).toBeVisible()
  await approver.goto(asker.url())
  await approver.getByRole('button', { name: 'Approve' }).click()
  await expect(asker.locator('main').getByText('1 of 1 have ended')).toBeVisible()
  await expect(asker.getByRole('button', { name: /^Done 1$/ })).toBeVisible()
})

/** More than a worker sends to one upstream at a time. */
const MANY = 20

test('X-06 K-19 what is carried out over many records is followed on every page, with how long it takes yet, and stopped from there', async ({
  browser,
}) => {
  test.slow()
  const asker = await signInAs(browser, 'transfers/OPS')
  const approver = await signInAs(browser, 'transfers/ADMIN')
  const ids = await incomingEntries(asker, MANY)
  const path = '/v1/actions/transfers.return_transfer/bulk'
  // What is said to be unauthorised goes back for 60 days: for any other reason it depends on the day which of them may.
  const asked = { rows: ids.map((id) => ({ target: { kind: 'transfer', id } })), reason: { code: 'R10' } }
  const { preview_digest } = await call<{ preview_digest: string }>(asker, `${path}/preview`, asked)
  const { id, digest } = await call<{ id: string; digest: string }>(asker, path, { ...asked, preview_digest })
  await misbehave({
    upstream: 'cts',
    mode: 'latency',
    rate: 1,
    count: 10_000,
    on: 'writes',
    latency_ms: 2_500,
  })
  try {
    await call(approver, `/v1/requests/${id}/approve`, { digest })
    await asker.goto('/app/system/team')
    const tray = asker.getByRole('region', { name: 'Work under way' })
    await expect(tray.getByText(/\d+ of 20 have ended/)).toBeVisible()
    await asker.getByRole('navigation').first().getByRole('link', { name: 'Exceptions' }).click()
    await expect(asker.getByRole('grid', { name: 'Reconciliation exceptions' })).toBeVisible()
    await expect(tray.getByRole('progressbar')).toBeVisible()
    await tray.getByRole('button', { name: 'Stop the rest' }).click()
    const dialog = asker.getByRole('dialog', { name: 'Stop “Return transfer”' })
    await dialog.getByLabel('Reason').fill('The wrong day')
    await asker.keyboard.press('Control+Enter')
    await expect(tray.getByText('Stopped: what has begun is being ended')).toBeVisible()
    await expect(tray.getByText(/^Over: \d+ done, \d+ not/)).toBeVisible({ timeout: 30_000 })
    await tray.getByRole('link', { name: 'Return transfer' }).click()
    await expect(asker).toHaveURL(`/app/requests/${id}`)
    await tray.getByRole('button', { name: 'Hide' }).click()
    await expect(tray).toBeHidden()
  } finally {
    await misbehave({ upstream: 'cts', mode: 'off', rate: 1, count: 1 })
  }
})
