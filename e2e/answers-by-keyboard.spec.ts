import { expect, type Page, test } from '@playwright/test'
import { openItem, signInAs } from './operator.ts'

/** Opens the record beside the queue, with the hand on it. */
async function openBeside(page: Page, transfer: string): Promise<void> {
  await page.goto(`/app/transfers/returns?open=transfer:${transfer}`)
  const record = page.getByRole('region', { name: 'Open record' })
  await expect(record.getByText('Timeline')).toBeVisible()
}

/** Types into the field that the keyboard has come to. */
async function typeInto(page: Page, label: string, text: string): Promise<void> {
  const field = page.getByRole('dialog').getByLabel(label, { exact: true })
  for (let step = 0; step < 20; step += 1) {
    if (await field.evaluate((element) => element === document.activeElement)) break
    await page.keyboard.press('Tab')
  }
  await expect(field).toBeFocused()
  await page.keyboard.type(text)
}

/** The reason is found by what it says, and taken. */
async function chooseReason(page: Page, words: string): Promise<void> {
  await typeInto(page, 'Reason', words)
  await page.keyboard.press('Enter')
}

/** Asks with the keyboard; somebody else agrees with theirs. */
async function askAndAgree(asker: Page, approver: Page, title: string): Promise<void> {
  const sheet = asker.getByRole('dialog', { name: title })
  await expect(sheet.getByText('Who must agree')).toBeVisible()
  await expect(sheet.getByRole('button', { name: 'Ask for approval' })).toBeEnabled()
  await asker.keyboard.press('Control+Enter')
  await expect(sheet.getByText(/It waits for 1 more approval/)).toBeVisible()
  const link = await sheet.getByRole('link', { name: 'Open request' }).getAttribute('href')
  await approver.goto(link ?? '')
  const request = approver.getByRole('article', { name: title })
  await expect(request.getByText('You sign')).toBeVisible()
  await approver.keyboard.press('Control+Enter')
  await expect(sheet.getByText(/Carried out; approved by/)).toBeVisible()
  await asker.keyboard.press('Escape')
}

test('T-03 X-02 a payment that came back is sent again with another account, from the keyboard alone', async ({
  browser,
}) => {
  const asker = await signInAs(browser, 'transfers/OPS')
  const approver = await signInAs(browser, 'transfers/ADMIN')
  const transfer = await openItem(
    asker,
    'transfers.returns',
    ({ kind, code }) => kind === 'return' && ['R02', 'R03', 'R20'].includes(String(code)),
    'transfers.send_again',
  )
  await openBeside(asker, transfer)
  await asker.keyboard.press('s')
  const sheet = asker.getByRole('dialog', { name: 'Send again' })
  await expect(sheet.getByText(/something must be corrected/).first()).toBeVisible()
  await typeInto(asker, 'Account', '5550001112')
  await chooseReason(asker, 'originator')
  // Old and new beside one another, neither in clear.
  await expect(sheet.getByText('••••1112')).toBeVisible()
  await askAndAgree(asker, approver, 'Send again')
  const record = asker.getByRole('region', { name: 'Open record' })
  await expect(record.getByText('Returned', { exact: true })).toBeVisible()
  await asker.goto(`/app/entities/transfer/${transfer}.again1`)
  await expect(asker.getByText('attempt 1 · RETRY PYMT')).toBeVisible()
  await expect(asker.getByRole('complementary', { name: 'Related' }).getByText(transfer)).toBeVisible()
})

test('T-03 X-02 a return is dishonoured from the keyboard alone, and says until when it could be', async ({
  browser,
}) => {
  const asker = await signInAs(browser, 'transfers/OPS')
  const approver = await signInAs(browser, 'transfers/ADMIN')
  const transfer = await openItem(
    asker,
    'transfers.returns',
    ({ kind, rail }) => kind === 'return' && rail === 'ach',
    'transfers.dishonour_return',
  )
  await openBeside(asker, transfer)
  await expect(asker.getByText(/The deadline for dishonouring the return is/)).toBeVisible()
  await asker.keyboard.press('d')
  const sheet = asker.getByRole('dialog', { name: 'Dishonour return' })
  await typeInto(asker, 'What is wrong in the return', 'Amount')
  await chooseReason(asker, 'R69')
  await expect(sheet.getByText('The bank is told what is wrong in its return: the amount.')).toBeVisible()
  await askAndAgree(asker, approver, 'Dishonour return')
  const record = asker.getByRole('region', { name: 'Open record' })
  await expect(record.getByText('Return dishonoured', { exact: true })).toBeVisible()
})

test('T-02 T-03 X-02 a dishonour of what was sent back is contested from the keyboard alone', async ({
  browser,
}) => {
  const asker = await signInAs(browser, 'transfers/OPS')
  const approver = await signInAs(browser, 'transfers/ADMIN')
  const transfer = await openItem(
    asker,
    'transfers.returns',
    ({ kind }) => kind === 'dishonour',
    'transfers.contest_dishonour',
  )
  await openBeside(asker, transfer)
  const record = asker.getByRole('region', { name: 'Open record' })
  // What is of no use here says why.
  await expect(record.getByRole('button', { name: 'Return transfer' })).toHaveAttribute(
    'aria-disabled',
    'true',
  )
  await asker.keyboard.press('o')
  await chooseReason(asker, 'R71')
  await askAndAgree(asker, approver, 'Contest dishonour')
  await expect(record.getByText('Returned', { exact: true })).toBeVisible()
})

test('T-02 T-03 X-02 a notification of change is answered from the keyboard alone, and leaves the queue', async ({
  browser,
}) => {
  const asker = await signInAs(browser, 'transfers/OPS')
  const approver = await signInAs(browser, 'transfers/ADMIN')
  const transfer = await openItem(
    asker,
    'transfers.returns',
    ({ kind }) => kind === 'change',
    'transfers.answer_change',
  )
  await openBeside(asker, transfer)
  await asker.keyboard.press('c')
  await chooseReason(asker, 'bank')
  await askAndAgree(asker, approver, 'Correct account')
  await expect(asker.getByText('Answered: the account is corrected, the originator was told')).toBeVisible()
  await asker.goto('/app/transfers/returns?kind=change')
  await expect(asker.getByRole('grid', { name: 'Returns' })).toBeVisible()
  const open = await asker.request.get('/v1/queues/transfers.returns/items?kind=change&limit=200')
  expect(await open.text()).not.toContain(`"${transfer}"`)
})
