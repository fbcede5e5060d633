import { expect } from '@playwright/test'
import { agree, ask, choose, tabTo } from '../by-keyboard.ts'
import { test } from '../console-test.ts'
import { call, signInAs } from '../operator.ts'

type Listed = { id: string; title: string; state: string }

test('R-06 P-11 a month of the books is locked by two people of finance, by keyboard', async ({
  browser,
}) => {
  const asker = await signInAs(browser, 'treasury/FINANCE_ADMIN')
  const approver = await signInAs(browser, 'treasury/FINANCE_ADMIN-2', { language: 'en' })
  const { entities } = await call<{ entities: Listed[] }>(asker, '/v1/entities/accounting_period?limit=100')
  const first = entities.at(-1)
  if (!first) throw new Error('the books have no month')
  await asker.goto('/app/lists/accounting_period')
  const table = asker.getByRole('grid')
  await expect(table.getByRole('row').nth(1)).toBeVisible()
  await tabTo(asker, table)
  for (let step = 1; step < entities.length; step += 1) await asker.keyboard.press('j')
  await asker.keyboard.press('Enter')
  const record = asker.getByRole('region', { name: 'Open record' })
  await expect(record.getByText('Timeline')).toBeVisible()
  await asker.keyboard.press('l')
  const sheet = asker.getByRole('dialog', { name: 'Lock' })
  await choose(asker, sheet.getByLabel('Reason', { exact: true }), 'closed')
  await agree(approver, await ask(asker, 'Lock'), 'Lock')
  await expect
    .poll(
      async () => (await call<{ state: string }>(asker, `/v1/entities/accounting_period/${first.id}`)).state,
    )
    .toBe('locked')
})

test('R-06 P-11 what was paid out to a merchant is confirmed when a second person of finance agrees, by keyboard', async ({
  browser,
}) => {
  const asker = await signInAs(browser, 'treasury/FINANCE_ADMIN')
  const approver = await signInAs(browser, 'treasury/FINANCE_ADMIN-2', { language: 'en' })
  const { entities } = await call<{ entities: Listed[] }>(
    asker,
    '/v1/entities/settlement?state=paid_out&limit=1',
  )
  const newest = entities[0]
  if (!newest) throw new Error('no settlement waits to be confirmed')
  await asker.goto('/app/lists/settlement?state=paid_out')
  const table = asker.getByRole('grid')
  await expect(table.getByRole('row').nth(1)).toBeVisible()
  await tabTo(asker, table)
  await asker.keyboard.press('Enter')
  const record = asker.getByRole('region', { name: 'Open record' })
  await expect(record.getByText(newest.id).first()).toBeVisible()
  // The merchant is named, and its page, which is not finance's, not offered.
  const { data } = await call<{ data: { merchant_name: string } }>(
    asker,
    `/v1/entities/settlement/${newest.id}`,
  )
  await expect(record.getByText(data.merchant_name).first()).toBeVisible()
  await expect(record.getByRole('link', { name: data.merchant_name })).toHaveCount(0)
  await asker.keyboard.press('c')
  const sheet = asker.getByRole('dialog', { name: 'Confirm' })
  await choose(asker, sheet.getByLabel('Reason', { exact: true }), 'bank has advised')
  await expect(sheet.getByText('Nothing is posted and nothing is paid by this.')).toBeVisible()
  await agree(approver, await ask(asker, 'Confirm'), 'Confirm')
  await asker.goto(`/app/entities/settlement/${newest.id}`)
  await expect(asker.getByText('The bank has advised the payment').first()).toBeVisible()
  await expect
    .poll(async () => (await call<{ state: string }>(asker, `/v1/entities/settlement/${newest.id}`)).state)
    .toBe('confirmed')
})
