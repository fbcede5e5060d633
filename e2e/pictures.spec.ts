import { mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, type Page } from '@playwright/test'
import { test } from './console-test.ts'
import { openItem, signInAs } from './operator.ts'

const IMAGES = join(import.meta.dirname, '..', 'docs', 'guide', 'images')

/** With `UPDATE_PICTURES=1` what the README and the guide show is renewed; otherwise it goes with the results. */
async function picture(page: Page, name: string): Promise<void> {
  const directory = process.env.UPDATE_PICTURES === '1' ? IMAGES : test.info().outputPath()
  const path = join(directory, `${name}.png`)
  mkdirSync(dirname(path), { recursive: true })
  // Of a page at rest: no caret, nothing in motion.
  await page.screenshot({ caret: 'hide', animations: 'disabled', path })
}

test('X-14 pictures of the console: a queue, the search, the form of an action, the inbox, the log, a phone', async ({
  browser,
}) => {
  test.slow()
  const asker = await signInAs(browser, 'transfers/OPS')
  const transfer = await openItem(asker, 'transfers.returns', ({ kind }) => kind === 'return')
  await asker.goto(`/app/transfers/returns?open=transfer:${transfer}`)
  await expect(asker.getByRole('row', { name: /debits less credits so far/ }).first()).toBeVisible()
  await picture(asker, 'returns')

  await asker.keyboard.press('Control+k')
  await asker.keyboard.type('re')
  await expect(asker.getByRole('option', { name: 'Return transfer' })).toBeVisible()
  await picture(asker, 'omnibox')
  await asker.keyboard.press('Escape')

  await asker.keyboard.press('r')
  const sheet = asker.getByRole('dialog', { name: 'Return transfer' })
  await expect(sheet.getByText('Who must agree')).toBeVisible()
  await expect(sheet.getByRole('button', { name: 'Ask for approval' })).toBeEnabled()
  await picture(asker, 'action-sheet')
  await sheet.getByRole('button', { name: 'Ask for approval' }).click()
  await expect(sheet.getByText(/It waits for 1 more approval/)).toBeVisible()

  const approver = await signInAs(browser, 'transfers/ADMIN', { theme: 'dark' })
  await approver.goto('/app/approvals')
  await approver.getByRole('list', { name: 'Requests' }).getByRole('button').last().click()
  await expect(approver.getByText('You sign')).toBeVisible()
  await picture(approver, 'approvals')

  await approver.goto('/app/audit')
  await approver.getByRole('grid').getByRole('row').nth(1).click()
  await approver.getByRole('button', { name: 'Prove it is in the log' }).click()
  await expect(approver.getByText('This entry is in the log, unchanged.')).toBeVisible()
  await picture(approver, 'audit')

  const look = { theme: 'dark', width: 390, height: 760, language: 'ar' } as const
  const phone = await signInAs(browser, 'transfers/OPS', look)
  await phone.goto('/app/transfers/returns')
  await expect(phone.getByRole('grid').getByRole('row').nth(3)).toBeVisible()
  await picture(phone, 'phone')
})

test('X-14 T-03 T-05 T-06 T-08 T-10 pictures of what the transfers console is for', async ({ browser }) => {
  test.slow()
  const page = await signInAs(browser, 'transfers/OPS')
  const sent = await openItem(
    page,
    'transfers.returns',
    ({ kind, code }) => kind === 'return' && ['R02', 'R03', 'R20'].includes(String(code)),
    'transfers.send_again',
  )
  await page.goto(`/app/transfers/returns?open=transfer:${sent}&act=transfers.send_again`)
  const again = page.getByRole('dialog', { name: 'Send again' })
  await again.getByLabel('Account', { exact: true }).fill('5550001112')
  await again.getByLabel('Reason', { exact: true }).fill('originator')
  await again.getByLabel('Reason', { exact: true }).press('Enter')
  await expect(again.getByRole('button', { name: 'Ask for approval' })).toBeEnabled()
  await picture(page, 'send-again')

  const { exceptions } = (await (await page.request.get('/exceptions?state=open&limit=200')).json()) as {
    exceptions: { id: string; candidates: { why: string }[] }[]
  }
  const sum = exceptions.find(({ candidates: [best] }) => best?.why.startsWith('sum of 2'))
  await page.goto(`/app/transfers/exceptions?open=exception:${sum?.id}`)
  await page.getByRole('checkbox', { name: /^Choose .* \+ / }).check()
  await expect(page.getByText(/^Selected .* of /)).toBeVisible()
  await picture(page, 'exceptions')

  await page.goto('/app/transfers/returns/figures?range=7d')
  await expect(page.locator('canvas').first()).toBeVisible()
  await picture(page, 'figures')
  await page.goto('/app/system/health?range=1h')
  await expect(page.locator('canvas').first()).toBeVisible()
  await picture(page, 'health')

  const officer = await signInAs(browser, 'transfers/COMPLIANCE')
  const hit = await openItem(officer, 'transfers.compliance', () => true)
  await officer.goto(`/app/transfers/compliance?open=hit:${hit}`)
  await expect(officer.getByRole('region', { name: 'Open record' }).getByText('Timeline')).toBeVisible()
  await expect(officer.getByText('Listed', { exact: true }).first()).toBeVisible()
  await picture(officer, 'hit')
})

test('P-14 X-14 pictures of what the platform console is for', async ({ browser }) => {
  test.slow()
  const page = await signInAs(browser, 'platform/OPS_ADMIN')
  const first = async (kind: string, query: string) => {
    const answer = await (await page.request.get(`/v1/entities/${kind}?limit=100&${query}`)).json()
    const { entities } = answer as { entities: { id: string; state: string }[] }
    return entities.find(({ state }) => state === 'active' || state === 'operational')?.id ?? ''
  }
  const record = page.getByRole('region', { name: 'Open record' })
  const merchant = await first('merchant', '')
  await page.request.get('/api/ops/ledger')
  await page.goto('/app/consoles/platform/dashboard')
  await expect(page.getByRole('region', { name: /^Last changes/ })).toBeVisible()
  await picture(page, 'dashboard')

  await page.goto(`/app/lists/merchant?open=merchant:${merchant}`)
  await expect(record.getByText('Timeline')).toBeVisible()
  await picture(page, 'merchants')

  await page.goto(`/app/lists/merchant?open=merchant:${merchant}&act=platform.suspend_merchant`)
  const sheet = page.getByRole('dialog', { name: 'Suspend' })
  await sheet.getByLabel('Reason', { exact: true }).fill('Compliance')
  await sheet.getByLabel('Reason', { exact: true }).press('Enter')
  await expect(sheet.getByRole('button', { name: 'Suspend now' })).toBeEnabled()
  await picture(page, 'suspend')

  await page.goto(`/app/entities/gateway/${await first('gateway', 'kind=card')}`)
  await expect(page.locator('canvas').first()).toBeVisible()
  await picture(page, 'gateway')

  await page.goto('/app/lists/config?open=config:feature_flag_saved_cards&act=platform.change_config')
  const change = page.getByRole('dialog', { name: 'Change' })
  await change.getByLabel('Value', { exact: true }).fill('{"enabled": true, "percent": 25}')
  await change.getByLabel('Reason', { exact: true }).fill('rolled out')
  await change.getByLabel('Reason', { exact: true }).press('Enter')
  await expect(change.getByRole('button', { name: 'Change now' })).toBeEnabled()
  await picture(page, 'config')
})

test('R-06 X-14 pictures of what the treasury console is for', async ({ browser }) => {
  test.slow()
  const page = await signInAs(browser, 'treasury/FINANCE_ADMIN')
  const read = async (path: string) => {
    const answer = await (await page.request.get(`/v1/entities/${path}`)).json()
    return (answer as { entities: { id: string }[] }).entities.map(({ id }) => id)
  }
  const [settlement] = await read('settlement?state=paid_out&limit=1')
  await page.goto(`/app/lists/settlement?open=settlement:${settlement}`)
  const record = page.getByRole('region', { name: 'Open record' })
  await expect(record.getByRole('listitem').first()).toBeVisible()
  await picture(page, 'settlements')

  const month = (await read('accounting_period?state=open&limit=100')).at(-1)
  await page.goto(`/app/lists/accounting_period?open=accounting_period:${month}&act=treasury.lock_period`)
  const sheet = page.getByRole('dialog', { name: 'Lock' })
  await sheet.getByLabel('Reason', { exact: true }).fill('closed')
  await sheet.getByLabel('Reason', { exact: true }).press('Enter')
  await expect(sheet.getByRole('button', { name: 'Ask for approval' })).toBeEnabled()
  await picture(page, 'lock-month')
})
