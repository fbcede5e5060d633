import { expect } from '@playwright/test'
import { test } from './console-test.ts'
import { openItem, signInAs } from './operator.ts'

test('X-04 X-05 K-29 K-34 one person asks for a return, another approves, the first sees it done, and it is proved', async ({
  browser,
}) => {
  const asker = await signInAs(browser, 'transfers/OPS')
  const approver = await signInAs(browser, 'transfers/ADMIN')
  const transfer = await openItem(asker, 'transfers.returns', (fields) => fields.kind === 'return')

  await asker.goto(`/app/transfers/returns?open=transfer:${transfer}`)
  await asker.getByRole('button', { name: 'Return transfer' }).click()
  const sheet = asker.getByRole('dialog', { name: 'Return transfer' })
  await expect(sheet.getByText('What this does')).toBeVisible()
  await expect(sheet.getByText('transfers/ADMIN').or(sheet.getByText('Amara Okafor'))).toBeVisible()
  await sheet.getByLabel('Note').fill('The bank returned it; nothing to correct.')
  await sheet.getByRole('button', { name: 'Ask for approval' }).dblclick()
  await expect(sheet.getByText(/It waits for 1 more approval/)).toBeVisible()

  // The person who asked may not agree: nothing waits for them.
  const own = await asker.request.get('/v1/approvals?state=pending')
  expect(JSON.stringify(await own.json())).not.toContain(transfer)

  // The approver's console says so by itself, and everything is done from the keyboard.
  await expect(approver.getByRole('banner').getByText(/[1-9]\d* approval/)).toBeVisible()
  await approver.goto('/app/approvals')
  const row = approver.getByRole('list', { name: 'Requests' }).getByRole('button').last()
  await row.click()
  const request = approver.getByRole('article', { name: 'Return transfer' })
  await expect(request.locator(`a[href$="/entities/transfer/${transfer}"]`)).toBeVisible()
  await expect(request.getByText('high', { exact: true })).toBeVisible()
  await expect(request.getByText('You sign')).toBeVisible()
  await expect(request.getByText('Nothing has changed')).toBeVisible()
  await approver.keyboard.press('Control+Enter')
  await expect(request.getByText('Done', { exact: true }).first()).toBeVisible()

  // Without a touch, the page of the one who asked shows what came of it.
  await expect(sheet.getByText('Carried out; approved by Amara Okafor.')).toBeVisible()
  await sheet.getByRole('button', { name: 'Close' }).click()
  const record = asker.getByRole('region', { name: 'Open record' })
  await expect(record.getByText('Returned', { exact: true })).toBeVisible()
  await expect(record.getByRole('button', { name: 'Return transfer' })).toHaveAttribute(
    'aria-disabled',
    'true',
  )
  const sums = record.getByRole('row', { name: /debits less credits so far/ })
  await expect(sums.last()).toContainText('0.00')

  // The auditor's view: the approval is in the log, and this browser proves it.
  await approver.goto(`/app/audit?target=transfer:${transfer}`)
  const log = approver.getByRole('grid', { name: 'Audit log' })
  await log.getByRole('row').nth(1).click()
  const entry = approver.getByRole('region', { name: 'Entry' })
  await entry.getByRole('button', { name: 'Prove it is in the log' }).click()
  await expect(entry.getByText('This entry is in the log, unchanged.')).toBeVisible()
  await expect(entry.getByText('signature verified here')).toBeVisible()
})

test('X-05 a request is rejected with a reason, and the one who asked reads it', async ({ browser }) => {
  const asker = await signInAs(browser, 'transfers/OPS')
  const approver = await signInAs(browser, 'transfers/ADMIN')
  const transfer = await openItem(asker, 'transfers.returns', (fields) => fields.kind === 'return')

  await asker.goto(`/app/entities/transfer/${transfer}?act=transfers.return_transfer`)
  const sheet = asker.getByRole('dialog', { name: 'Return transfer' })
  await sheet.getByRole('button', { name: 'Ask for approval' }).click()
  await sheet.getByRole('link', { name: 'Open request' }).click()
  await expect(asker).toHaveURL(/\/app\/requests\//)

  await approver.goto(asker.url())
  await expect(approver.getByRole('button', { name: 'Approve' })).toBeVisible()
  await approver.keyboard.press('r')
  const dialog = approver.getByRole('dialog', { name: /Reject/ })
  await approver.keyboard.press('Control+Enter')
  await expect(dialog.getByText('Required')).toBeVisible()
  await dialog.getByLabel('Reason').fill('Call the customer first.')
  await approver.keyboard.press('Control+Enter')
  await expect(approver.getByText('Rejected', { exact: true }).first()).toBeVisible()

  await expect(asker.getByText('Rejected', { exact: true }).first()).toBeVisible()
})
