import { expect, type Page } from '@playwright/test'
import { agree, ask, choose, confirmAlone, press, tabTo, write } from '../by-keyboard.ts'
import { test } from '../console-test.ts'
import { signInAs } from '../operator.ts'

type Listed = {
  id: string
  kind: string
  amount: { amount: string; currency: string }
  candidates: { score: number; why: string }[]
}

async function openLines(page: Page): Promise<Listed[]> {
  const { exceptions } = (await (await page.request.get('/exceptions?state=open&limit=200')).json()) as {
    exceptions: Listed[]
  }
  return exceptions.filter(({ kind }) => kind === 'statement_line')
}

/** The record of the exception, on a page of its own. */
async function open(page: Page, id: string) {
  await page.goto(`/app/entities/exception/${id}`)
  const record = page.getByRole('article').first()
  await expect(record.getByText('Timeline')).toBeVisible()
  return record
}

test('T-05 X-02 X-07 a line is assigned to two transfers, and taken back', async ({ browser }) => {
  const page = await signInAs(browser, 'transfers/OPS')
  const line = (await openLines(page)).find(({ candidates: [best] }) => best?.why.startsWith('sum of 2'))
  if (line === undefined) throw new Error('the world has no line that is a sum')
  await page.goto(`/app/transfers/exceptions?open=exception:${line.id}`)
  const record = page.getByRole('region', { name: 'Open record' })
  const boxes = record.getByRole('checkbox')
  await expect(boxes.first()).toBeVisible()
  await expect(record.getByText(/left over/)).toContainText('Selected 0.00')
  await page.keyboard.press('c')
  await expect(boxes.first()).toBeFocused()
  await page.keyboard.press('ArrowDown')
  if ((await boxes.count()) > 1) await page.keyboard.press('ArrowUp')
  await expect(boxes.first()).toBeFocused()
  await page.keyboard.press('Space')
  await expect(boxes.first()).toBeChecked()
  await expect(record.getByText(/left over/)).toHaveText(/Selected .*([\d,.]+).* of .*left over .*0\.00/)

  await page.keyboard.press('Control+Enter')
  const sheet = page.getByRole('dialog', { name: 'Assign unmatched' })
  await expect(sheet.getByText('Nothing is left over.')).toBeVisible()
  await expect(sheet.getByLabel(/^Amount of /)).toHaveCount(2)
  await confirmAlone(page, 'Assign unmatched')

  const whole = await open(page, line.id)
  await expect(whole.getByText('Assigned', { exact: true })).toBeVisible()
  await expect(whole.getByText('Statement line assigned')).toBeVisible()
  await press(page, whole.getByRole('button', { name: 'Take assignment back' }))
  const back = page.getByRole('dialog', { name: 'Take assignment back' })
  await expect(back.getByText(/This takes back/)).toBeVisible()
  await tabTo(page, back.getByLabel('Reason', { exact: true }))
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await expect(back.getByText('It is back in the queue, with the time that it had.')).toBeVisible()
  await confirmAlone(page, 'Take assignment back')
  await expect(whole.getByText('Open', { exact: true }).first()).toBeVisible()
})

test('T-05 X-02 what no candidate fits is found by its reference, and a second person looks at it; what is left over is said before and found after', async ({
  browser,
}) => {
  const page = await signInAs(browser, 'transfers/OPS-2')
  const approver = await signInAs(browser, 'transfers/ADMIN')
  const lines = await openLines(page)
  const line = lines.find(({ candidates, amount }) => candidates.length === 0 && Number(amount.amount) > 500)
  if (line === undefined) throw new Error('the world has no line without candidates')
  const found = (await (await page.request.get(`/v1/exceptions/${line.id}/partners?q=INV`)).json()) as {
    partners: { id: string; open: { amount: string } }[]
  }
  const small = found.partners.find(({ open }) => Number(open.amount) < 400)
  if (small === undefined) throw new Error('nothing smaller is open')
  await open(page, line.id)
  await write(page, page.getByRole('textbox', { name: 'Reference, amount or id' }), small.id)
  await page.keyboard.press('Enter')
  await press(page, page.getByRole('checkbox', { name: `Choose ${small.id}` }), 'Space')
  await page.keyboard.press('Control+Enter')
  const sheet = page.getByRole('dialog', { name: 'Assign unmatched' })
  await expect(sheet.getByText(/is left over and stays open/)).toBeVisible()
  await write(page, sheet.getByLabel(`Amount of ${small.id}`), '1.00')
  await expect(sheet.getByText(/^1\.00/).first()).toBeVisible()
  await choose(page, sheet.getByLabel('Reason', { exact: true }), 'same payment')
  await agree(approver, await ask(page, 'Assign unmatched'), 'Assign unmatched')
  await open(page, line.id)
  await press(page, page.getByRole('link', { name: `${line.id}.r1` }).first())
  await expect(page.getByText(`This is what the assignment of ${line.id} left over.`)).toBeVisible()
})

test('T-05 X-02 a small difference is written off by two people, and the write-off reversed by two', async ({
  browser,
}) => {
  const asker = await signInAs(browser, 'transfers/OPS')
  const approver = await signInAs(browser, 'transfers/ADMIN')
  const small = (await openLines(asker)).find(
    ({ amount }) => Math.abs(Number(amount.amount)) < 100 && ['EUR', 'USD'].includes(amount.currency),
  )
  if (small === undefined) throw new Error('the world has no line within the limit')
  const record = await open(asker, small.id)
  await asker.keyboard.press('w')
  const sheet = asker.getByRole('dialog', { name: 'Write off' })
  await press(asker, sheet.getByRole('radio').first(), 'Space')
  await choose(asker, sheet.getByLabel('Reason', { exact: true }), 'charge')
  await expect(sheet.getByText(/is written off to bank charges\./)).toBeVisible()
  await agree(approver, await ask(asker, 'Write off'), 'Write off')
  await open(asker, small.id)
  await expect(record.getByText('Written off', { exact: true })).toBeVisible()

  await press(asker, record.getByRole('button', { name: 'Reverse write-off' }))
  const back = asker.getByRole('dialog', { name: 'Reverse write-off' })
  await tabTo(asker, back.getByLabel('Reason', { exact: true }))
  await asker.keyboard.press('ArrowDown')
  await asker.keyboard.press('Enter')
  await agree(approver, await ask(asker, 'Reverse write-off'), 'Reverse write-off')
  await open(asker, small.id)
  await expect(record.getByText('Open', { exact: true }).first()).toBeVisible()
})

test('T-09 K-26 X-02 a backlog is given to extra operators in one move, from beside the queue', async ({
  browser,
}) => {
  // Who has never signed in is nobody to give work to.
  const ops = await signInAs(browser, 'transfers/OPS')
  const page = await signInAs(browser, 'transfers/ADMIN')
  await page.goto('/app/transfers/exceptions')
  await press(page, page.getByRole('button', { name: 'Extra operators…' }))
  const dialog = page.getByRole('dialog', { name: 'Extra operators' })
  await press(page, dialog.getByRole('checkbox', { name: /Nora Lindqvist/ }), 'Space')
  await write(page, dialog.getByLabel('How many items'), '2')
  await page.keyboard.press('Control+Enter')
  await expect(dialog.getByText('2 items assigned.')).toBeVisible()
  await page.keyboard.press('Control+Enter')
  await expect(dialog).toBeHidden()
  // The list comes to know of it a moment after it is so.
  const theirs = async () => {
    const answer = await page.request.get(
      '/v1/queues/transfers.exceptions/items?assignee=transfers-OPS&limit=50',
    )
    return ((await answer.json()) as { items: unknown[] }).items.length
  }
  await expect.poll(theirs).toBe(2)
  // Who works the queue gives no work.
  await ops.goto('/app/transfers/exceptions')
  await expect(ops.getByRole('button', { name: /Next item/ })).toBeVisible()
  await expect(ops.getByRole('button', { name: 'Extra operators…' })).toHaveCount(0)
})
