import { expect, type Page } from '@playwright/test'
import { agree, ask, choose, write } from '../by-keyboard.ts'
import { test } from '../console-test.ts'
import { freeParty, signInAs } from '../operator.ts'

/** A transfer of the queue of returns that the party has a part in. */
async function transferOf(page: Page, party: string): Promise<string> {
  const answer = await page.request.get('/v1/queues/transfers.returns/items?limit=100')
  const { items } = (await answer.json()) as { items: { subject: { id: string } }[] }
  for (const { subject } of items) {
    const read = await page.request.get(`/v1/entities/transfer/${subject.id}`)
    const { related = [] } = (await read.json()) as { related?: { kind: string; id: string }[] }
    if (related.some(({ kind, id }) => kind === 'party' && id === party)) return subject.id
  }
  throw new Error(`${party} has no part in any return`)
}

test('T-04 X-02 X-05 a party is frozen by two people, says so wherever it appears, and is freed by two', async ({
  browser,
}) => {
  const officer = await signInAs(browser, 'transfers/COMPLIANCE')
  const other = await signInAs(browser, 'transfers/ADMIN')
  const party = await freeParty(officer, 0)
  await officer.goto(`/app/entities/party/${party}`)
  await expect(officer.getByRole('article').first().getByText('Timeline')).toBeVisible()
  await officer.keyboard.press('f')
  const freeze = officer.getByRole('dialog', { name: 'Freeze' })
  await choose(officer, freeze.getByLabel('Reason', { exact: true }), 'fraud')
  await write(officer, freeze.getByLabel('Note'), 'Drains through three mules, INC-2231')
  await agree(other, await ask(officer, 'Freeze'), 'Freeze')

  const transfer = await transferOf(officer, party)
  for (const path of [`party/${party}`, `transfer/${transfer}`]) {
    await officer.goto(`/app/entities/${path}`)
    await expect(
      officer
        .getByRole('article')
        .first()
        .getByText(/frozen/i)
        .first(),
      path,
    ).toBeVisible()
  }

  await test.step('in the list, in what is found, and in the inbox too', async () => {
    // Open beside the list, so that its row is in view.
    await officer.goto(`/app/transfers/returns?open=transfer:${transfer}`)
    const row = officer.locator(`[role=row][id="row-${transfer}"]`)
    await expect(row.getByText('Frozen', { exact: true })).toBeVisible()
    await expect(row).toContainText(/no money of (it|theirs) moves until that ends/)
    await officer.keyboard.press('Control+k')
    await officer.keyboard.type(transfer)
    await expect(officer.getByRole('option', { name: new RegExp(`${transfer} Frozen`) })).toBeVisible()
  })

  await officer.goto(`/app/entities/party/${party}`)
  await expect(officer.getByRole('article').first().getByText('Timeline')).toBeVisible()
  await officer.keyboard.press('u')
  const unfreeze = officer.getByRole('dialog', { name: 'Unfreeze' })
  await choose(officer, unfreeze.getByLabel('Reason', { exact: true }), 'cleared')
  const request = await ask(officer, 'Unfreeze')
  await other.goto('/app/approvals')
  const waiting = other.locator(`[id="request-${request.split('/').at(-1)}"]`)
  await expect(waiting.getByText('Frozen', { exact: true })).toBeVisible()
  await agree(other, request, 'Unfreeze')
  await officer.goto(`/app/entities/party/${party}`)
  await expect(officer.getByText(/is frozen/i)).toHaveCount(0)
})
