import { expect, type Locator, type Page } from '@playwright/test'
import { agree, ask, choose, press, tabTo, write } from '../by-keyboard.ts'
import { test } from '../console-test.ts'
import { call, incomingEntries, openItem, signInAs } from '../operator.ts'

const twoPeople = async (browser: Parameters<typeof signInAs>[0]) => ({
  asker: await signInAs(browser, 'transfers/OPS'),
  approver: await signInAs(browser, 'transfers/ADMIN'),
})

/** Two people, and an item of the queue that the first of them can ask for `action` on now. */
async function withItem(
  browser: Parameters<typeof signInAs>[0],
  action: string,
  fits: (fields: Record<string, unknown>) => boolean,
) {
  const people = await twoPeople(browser)
  return { ...people, transfer: await openItem(people.asker, 'transfers.returns', fits, action) }
}

/** Opens the record beside the queue, with the hand on it. */
async function openBeside(page: Page, transfer: string): Promise<void> {
  await page.goto(`/app/transfers/returns?open=transfer:${transfer}`)
  const record = page.getByRole('region', { name: 'Open record' })
  await expect(record.getByText('Timeline')).toBeVisible()
}

/** The reason is found by what it says, and taken. */
const chooseReason = (page: Page, words: string) =>
  choose(page, page.getByRole('dialog').getByLabel('Reason', { exact: true }), words)

/** What became of the transfer, on its own page. */
async function expectState(page: Page, transfer: string, state: string): Promise<void> {
  await page.goto(`/app/entities/transfer/${transfer}`)
  await expect(page.getByRole('article').first().getByText(state, { exact: true }).first()).toBeVisible()
}

test('T-03 X-02 a return that the bank sent is booked for the bank’s own reason', async ({ browser }) => {
  const { asker, approver, transfer } = await withItem(
    browser,
    'transfers.return_transfer',
    ({ kind }) => kind === 'return',
  )
  const read = await (await asker.request.get(`/v1/entities/transfer/${transfer}`)).json()
  const { code } = (read as { data: { return: { code: string } } }).data.return
  await openBeside(asker, transfer)
  await asker.keyboard.press('r')
  const sheet = asker.getByRole('dialog', { name: 'Return transfer' })
  await expect(sheet.getByLabel('Reason', { exact: true })).toHaveValue(new RegExp(`^${code}`))
  await expect(sheet.getByText(/ is booked\./)).toBeVisible()
  await agree(approver, await ask(asker, 'Return transfer'), 'Return transfer')
  await expectState(asker, transfer, 'Returned')
})

test('T-03 X-02 an incoming entry is sent back to the bank it came from, within the deadline of its rail', async ({
  browser,
}) => {
  const { asker, approver } = await twoPeople(browser)
  const transfer = (await incomingEntries(asker, 1))[0] ?? ''
  await asker.goto(`/app/entities/transfer/${transfer}`)
  await expect(asker.getByRole('article').first().getByText('Timeline')).toBeVisible()
  await asker.keyboard.press('r')
  const sheet = asker.getByRole('dialog', { name: 'Return transfer' })
  // Its deadline is 60 days; that of the others is over on some days for every entry of this world.
  await chooseReason(asker, 'R10')
  await expect(sheet.getByText(/ is sent back to the bank it came from\./)).toBeVisible()
  await agree(approver, await ask(asker, 'Return transfer'), 'Return transfer')
  await expectState(asker, transfer, 'Returned')
})

test('T-03 X-02 a payment that came back is sent again with another account', async ({ browser }) => {
  const { asker, approver, transfer } = await withItem(
    browser,
    'transfers.send_again',
    ({ kind, code }) => kind === 'return' && ['R02', 'R03', 'R20'].includes(String(code)),
  )
  await openBeside(asker, transfer)
  await asker.keyboard.press('s')
  const sheet = asker.getByRole('dialog', { name: 'Send again' })
  await expect(sheet.getByText(/something must be corrected/).first()).toBeVisible()
  await write(asker, sheet.getByLabel('Account', { exact: true }), '5550001112')
  await chooseReason(asker, 'originator')
  // Old and new beside one another, neither in clear.
  await expect(sheet.getByText('••••1112', { exact: true })).toBeVisible()
  await expect(sheet.getByText(/(goes to|is drawn from) another account/)).toBeVisible()
  const request = await ask(asker, 'Send again')
  // Four digits are nothing to sign: the whole number is opened first.
  await approver.goto(request)
  const asked = approver.getByRole('article', { name: 'Send again' })
  const personal = asked.getByRole('region', { name: 'Personal data' })
  await expect(personal.getByText('••••1112', { exact: true })).toBeVisible()
  await open(approver, asked)
  await expect(personal.getByText('5550001112')).toBeVisible()
  await agree(approver, request, 'Send again')
  await expectState(asker, transfer, 'Returned')
  await asker.goto(`/app/entities/transfer/${transfer}.again1`)
  await expect(asker.getByText('attempt 1 · RETRY PYMT')).toBeVisible()
  await expect(asker.getByRole('complementary', { name: 'Related' }).getByText(transfer)).toBeVisible()
})

test('T-03 X-02 a return is dishonoured, and the record says until when it could be', async ({ browser }) => {
  const { asker, approver, transfer } = await withItem(
    browser,
    'transfers.dishonour_return',
    ({ kind, rail }) => kind === 'return' && rail === 'ach',
  )
  await openBeside(asker, transfer)
  await expect(asker.getByText(/Deadline for dishonouring the return: /)).toBeVisible()
  await asker.keyboard.press('d')
  const sheet = asker.getByRole('dialog', { name: 'Dishonour return' })
  const wrong = sheet.getByLabel('What is wrong in the return', { exact: true })
  await expect(wrong).toBeHidden()
  await chooseReason(asker, 'R69')
  await tabTo(asker, wrong)
  await asker.keyboard.type('Amount')
  await expect(sheet.getByText('The bank is told what is wrong in its return: the amount.')).toBeVisible()
  await agree(approver, await ask(asker, 'Dishonour return'), 'Dishonour return')
  await expectState(asker, transfer, 'Return dishonoured')
})

test('T-02 T-03 X-02 a dishonour of what was sent back is contested', async ({ browser }) => {
  const { asker, approver, transfer } = await withItem(
    browser,
    'transfers.contest_dishonour',
    ({ kind }) => kind === 'dishonour',
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
  await agree(approver, await ask(asker, 'Contest dishonour'), 'Contest dishonour')
  await expectState(asker, transfer, 'Returned')
})

test('T-02 T-03 X-02 a dishonour is accepted: the entry stands as settled', async ({ browser }) => {
  const { asker, approver, transfer } = await withItem(
    browser,
    'transfers.accept_dishonour',
    ({ kind }) => kind === 'dishonour',
  )
  await openBeside(asker, transfer)
  await asker.keyboard.press('y')
  await chooseReason(asker, 'right')
  await agree(approver, await ask(asker, 'Accept dishonour'), 'Accept dishonour')
  await expectState(asker, transfer, 'Return dishonoured')
})

/** Whoever agrees sees first what is hidden of a request. */
async function open(approver: Page, request: Locator): Promise<void> {
  await expect(request.getByText(/Open its personal data first/).first()).toBeVisible()
  await press(approver, request.getByRole('button', { name: 'Reveal…' }))
  await chooseReason(approver, 'deciding')
  const sheet = approver.getByRole('dialog', { name: 'Open personal data' })
  await expect(sheet.getByRole('button', { name: 'Open personal data now' })).toBeEnabled()
  await approver.keyboard.press('Control+Enter')
  // It closes by itself: what is shown for minutes alone stands behind it.
  await expect(sheet).toBeHidden()
  await expect(request.getByRole('button', { name: 'Approve' })).toBeEnabled()
}

/** Of a notification that was answered nothing waits in the queue any more. */
async function expectGone(page: Page, transfer: string): Promise<void> {
  await expect
    .poll(async () => {
      const open = await page.request.get('/v1/queues/transfers.returns/items?kind=change&limit=200')
      return (await open.text()).includes(`"${transfer}"`)
    })
    .toBe(false)
}

test('T-02 T-03 X-02 a notification of change is answered: the account is corrected, the originator told', async ({
  browser,
}) => {
  const { asker, approver, transfer } = await withItem(
    browser,
    'transfers.answer_change',
    ({ kind }) => kind === 'change',
  )
  await openBeside(asker, transfer)
  await asker.keyboard.press('c')
  await chooseReason(asker, 'bank')
  const request = await ask(asker, 'Correct account')
  const { to_open } = await call<{ to_open?: string[] }>(approver, `/v1${new URL(request).pathname.slice(4)}`)
  await approver.goto(request)
  // Of another bank or type of account nothing is hidden.
  if (to_open !== undefined) await open(approver, approver.getByRole('article', { name: 'Correct account' }))
  await agree(approver, request, 'Correct account')
  await asker.goto(`/app/entities/transfer/${transfer}`)
  await expect(asker.getByText('Answered: the account is corrected, the originator was told')).toBeVisible()
  await expectGone(asker, transfer)
})

test('T-02 T-03 X-02 a notification of change that cannot be right is refused to the bank', async ({
  browser,
}) => {
  const { asker, approver, transfer } = await withItem(
    browser,
    'transfers.refuse_change',
    ({ kind }) => kind === 'change',
  )
  await openBeside(asker, transfer)
  await asker.keyboard.press('b')
  await chooseReason(asker, 'C65')
  await agree(approver, await ask(asker, 'Refuse notification'), 'Refuse notification')
  await expectGone(asker, transfer)
})
