import { expect, type Page, test } from '@playwright/test'
import { signInAs } from './operator.ts'

type Listed = {
  id: string
  kind: string
  amount: { amount: string }
  candidates: { score: number; why: string }[]
}

async function openLines(page: Page): Promise<Listed[]> {
  const { exceptions } = (await (await page.request.get('/exceptions?state=open&limit=200')).json()) as {
    exceptions: Listed[]
  }
  return exceptions.filter(({ kind }) => kind === 'statement_line')
}

test('T-05 X-02 X-07 a line is assigned to two transfers by keyboard alone, and taken back', async ({
  browser,
}) => {
  const page = await signInAs(browser, 'transfers/OPS')
  const line = (await openLines(page)).find(({ candidates: [best] }) => best?.why.startsWith('sum of 2'))
  if (line === undefined) throw new Error('the world has no line that is a sum')
  await page.goto(`/app/transfers/exceptions?open=exception:${line.id}`)
  const record = page.getByRole('region', { name: 'Open record' })
  const boxes = record.getByRole('checkbox')
  await expect(boxes.first()).toBeVisible()
  await expect(record.getByText(/residual/)).toContainText('Selected 0.00')
  await page.keyboard.press('c')
  await expect(boxes.first()).toBeFocused()
  await page.keyboard.press('ArrowDown')
  if ((await boxes.count()) > 1) await page.keyboard.press('ArrowUp')
  await expect(boxes.first()).toBeFocused()
  await page.keyboard.press('Space')
  await expect(boxes.first()).toBeChecked()
  await expect(record.getByText(/residual/)).toHaveText(/Selected .*([\d,.]+).* of .*residual .*0\.00/)

  await page.keyboard.press('Control+Enter')
  const sheet = page.getByRole('dialog', { name: 'Assign unmatched' })
  await expect(sheet.getByText('Nothing is left over.')).toBeVisible()
  await expect(sheet.getByLabel(/^Amount of /)).toHaveCount(2)
  await page.keyboard.press('Control+Enter')
  await expect(sheet.getByText('Done', { exact: true }).first()).toBeVisible()
  await page.keyboard.press('Control+Enter')
  await expect(sheet).toBeHidden()

  await page.goto(`/app/entities/exception/${line.id}`)
  const whole = page.getByRole('article')
  await expect(whole.getByText('Assigned', { exact: true })).toBeVisible()
  await expect(whole.getByText('Statement line assigned')).toBeVisible()
  await whole.getByRole('button', { name: 'Take assignment back' }).click()
  const back = page.getByRole('dialog', { name: 'Take assignment back' })
  await expect(back.getByText(/This takes back/)).toBeVisible()
  await back.getByLabel('Reason').click()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await expect(back.getByText('It is back in the queue, with the time that it had.')).toBeVisible()
  await page.keyboard.press('Control+Enter')
  await expect(back.getByText('Done', { exact: true }).first()).toBeVisible()
  await page.keyboard.press('Control+Enter')
  await expect(whole.getByText('Open', { exact: true }).first()).toBeVisible()
})

test('T-05 what no candidate fits is found by its reference; what is left over is said before and found after', async ({
  browser,
}) => {
  const page = await signInAs(browser, 'transfers/OPS-2')
  const lines = await openLines(page)
  const line = lines.find(({ candidates, amount }) => candidates.length === 0 && Number(amount.amount) > 500)
  if (line === undefined) throw new Error('the world has no line without candidates')
  const found = (await (await page.request.get(`/v1/exceptions/${line.id}/partners?q=INV`)).json()) as {
    partners: { id: string; open: { amount: string } }[]
  }
  const small = found.partners.find(({ open }) => Number(open.amount) < 400)
  if (small === undefined) throw new Error('nothing smaller is open')
  await page.goto(`/app/entities/exception/${line.id}`)
  await page.getByRole('textbox', { name: 'Reference, amount or id' }).fill(small.id)
  await page.keyboard.press('Enter')
  await page.getByRole('checkbox', { name: `Choose ${small.id}` }).check()
  await page.getByRole('button', { name: 'Assign unmatched' }).click()
  const sheet = page.getByRole('dialog', { name: 'Assign unmatched' })
  await expect(sheet.getByText(/is left over and stays open/)).toBeVisible()
  await sheet.getByLabel(`Amount of ${small.id}`).fill('1.00')
  await expect(sheet.getByText(/^1\.00/).first()).toBeVisible()
  await sheet.getByRole('button', { name: /Assign unmatched now/ }).click()
  await expect(sheet.getByText('Done', { exact: true }).first()).toBeVisible()
  await sheet.getByRole('button', { name: 'Close' }).click()
  await page
    .getByRole('link', { name: `${line.id}.r1` })
    .first()
    .click()
  await expect(page.getByText(`This is what the assignment of ${line.id} left over.`)).toBeVisible()
})

test('T-09 K-26 a backlog is given to extra operators in one move, from beside the queue', async ({
  browser,
}) => {
  const page = await signInAs(browser, 'transfers/ADMIN')
  await page.goto('/app/transfers/exceptions')
  await page.getByRole('button', { name: 'Extra operators…' }).click()
  const dialog = page.getByRole('dialog', { name: 'Extra operators' })
  await dialog.getByRole('checkbox', { name: /Nora Lindqvist/ }).check()
  await dialog.getByLabel('How many items').fill('2')
  await page.keyboard.press('Control+Enter')
  await expect(dialog.getByText('2 items assigned.')).toBeVisible()
  await page.keyboard.press('Control+Enter')
  await expect(dialog).toBeHidden()
  const theirs = await page.request.get(
    '/v1/queues/transfers.exceptions/items?assignee=transfers-OPS&limit=50',
  )
  expect(((await theirs.json()) as { items: unknown[] }).items).toHaveLength(2)
  // Who works the queue gives no work.
  const ops = await signInAs(browser, 'transfers/OPS')
  await ops.goto('/app/transfers/exceptions')
  await expect(ops.getByRole('button', { name: /Next item/ })).toBeVisible()
  await expect(ops.getByRole('button', { name: 'Extra operators…' })).toHaveCount(0)
})
