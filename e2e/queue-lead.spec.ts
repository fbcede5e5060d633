import { readFile } from 'node:fs/promises'
import { expect, type Page } from '@playwright/test'
import { test } from './console-test.ts'
import { openItem, signInAs } from './operator.ts'

const returns = '/app/transfers/returns?kind=return&sort=-opened_at'
/** The first columns of a list that is downloaded. */
const ID_COLUMNS = ['item', 'record_kind', 'record', 'version']
const grid = (page: Page) => page.getByRole('grid', { name: 'Returns' })
const box = (page: Page, title: string) =>
  page.getByRole('checkbox', { name: `Select: ${title}`, exact: true })

/** Ids of returns that nobody has and on which nothing is asked for, newest first. */
async function freeItems(page: Page, count: number): Promise<{ id: string; title: string }[]> {
  const answer = await page.request.get(
    '/v1/queues/transfers.returns/items?kind=return&sort=-opened_at&limit=100',
  )
  const { items } = (await answer.json()) as {
    items: { id: string; title: string; assignee: unknown; open_request?: unknown }[]
  }
  const free = items.filter(({ assignee, open_request }) => assignee === null && open_request === undefined)
  expect(free.length).toBeGreaterThanOrEqual(count)
  return free.slice(0, count)
}

test('K-26 X-11 a queue lead’s morning: a view for the team, work given out, put off, and corrected in a file', async ({
  browser,
}) => {
  // Who has never signed in is nobody to give work to.
  const operator = await signInAs(browser, 'transfers/OPS')
  const lead = await signInAs(browser, 'transfers/ADMIN')
  await lead.goto(returns)
  await expect(grid(lead).getByRole('row').nth(3)).toBeVisible()
  const [first, second, third] = await freeItems(lead, 3)
  if (first === undefined || second === undefined || third === undefined)
    throw new Error('no returns are left for this story')

  const header = (name: string) => grid(lead).getByRole('columnheader', { name, exact: true })
  await test.step('columns are chosen, also for the next visit; what is filtered by is taken off by its chip', async () => {
    await expect(header('Receiver')).toBeVisible()
    await lead.getByRole('button', { name: 'Columns' }).click()
    await lead.getByRole('menuitemcheckbox', { name: 'Receiver', exact: true }).click()
    await expect(header('Receiver')).toBeHidden()
    await lead.reload()
    await expect(header('Originator')).toBeVisible()
    await expect(header('Receiver')).toBeHidden()
    await lead.getByRole('button', { name: '+ filter' }).click()
    await lead.getByRole('menuitemcheckbox', { name: 'ACH' }).click()
    await expect(lead).toHaveURL(/rail=ach/)
    await lead.getByRole('button', { name: 'Remove the filter Rail' }).click()
    await expect(lead).not.toHaveURL(/rail=/)
    await expect(lead.getByRole('button', { name: 'Remove the filter Kind' })).toBeVisible()
  })

  await test.step('a list is kept under a name, and shared', async () => {
    await lead.getByRole('button', { name: /^(Views|Newest returns)/ }).click()
    await lead.getByRole('menuitem', { name: 'Save as a view…' }).click()
    await lead.getByLabel('Name').fill('Newest returns')
    await lead.getByRole('button', { name: 'Save' }).click()
    await lead.getByRole('button', { name: /^Newest returns/ }).click()
    await lead.getByRole('menuitem', { name: 'Share with everybody of this queue' }).click()
    await lead.goto('/app/transfers/returns')
    await lead.getByRole('button', { name: /^Views/ }).click()
    const shared = lead.getByRole('group', { name: 'Shared views' })
    await shared.getByRole('menuitemradio', { name: 'Newest returns' }).click()
    await expect(lead).toHaveURL(/sort=-opened_at/)
    await expect(lead).toHaveURL(/kind=return/)
    await expect(header('Originator')).toBeVisible()
    await expect(header('Receiver')).toBeHidden()
    await lead.goto(returns)
  })

  await test.step('two items are given to a person', async () => {
    for (const { title } of [first, second]) {
      await box(lead, title).check()
    }
    await lead.getByRole('button', { name: 'Assign…' }).click()
    const dialog = lead.getByRole('dialog', { name: 'Assign 2 items' })
    await dialog.getByRole('radio', { name: /Nora Lindqvist/ }).check()
    await dialog.getByRole('button', { name: 'Assign', exact: true }).click()
    await expect(dialog).toBeHidden()
    for (const { title } of [first, second]) {
      const row = grid(lead)
        .getByRole('row')
        .filter({ has: box(lead, title) })
      await expect(row.getByRole('img', { name: 'Assigned to Nora Lindqvist' })).toBeVisible()
    }
  })

  await test.step('another is put off: it is out of the list, and where what is put off is listed', async () => {
    await lead.getByRole('button', { name: 'Clear' }).click()
    await box(lead, third.title).check()
    await lead.getByRole('button', { name: 'Snooze', exact: true }).click()
    const dialog = lead.getByRole('dialog', { name: 'Snooze 1 item' })
    await dialog.getByRole('radio', { name: /This time tomorrow/ }).check()
    await dialog.getByRole('button', { name: 'Snooze' }).click()
    await expect(dialog).toBeHidden()
    await lead.goto(`${returns}&snoozed=yes`)
    await expect(box(lead, third.title)).toBeVisible()
  })

  await test.step('the list goes out as a file and comes back filled in: two lines, one of them wrong', async () => {
    await operator.goto(returns)
    await operator.getByRole('button', { name: /^File/ }).click()
    const [download] = await Promise.all([
      operator.waitForEvent('download'),
      operator.getByRole('menuitem', { name: 'Download this list to fill in' }).click(),
    ])
    const [header, ...lines] = (await readFile(await download.path(), 'utf8')).trimEnd().split(/\r?\n/)
    // Other stories have asked for some of these, or frozen their parties; and R01 is a reason of ACH alone.
    const free = await openItem(
      operator,
      'transfers.returns',
      ({ kind, rail }) => kind === 'return' && rail === 'ach',
      'transfers.return_transfer',
    )
    const recordOf = (line: string) => line.split(',')[ID_COLUMNS.indexOf('record')]
    const good = lines.find((line) => recordOf(line) === free)
    const bad = lines.find((line) => recordOf(line) !== free)
    if (good === undefined || bad === undefined) throw new Error(`the list lacks ${free}, or all but it`)
    // After the three come what other actions of this queue ask for; a return asks for none of it.
    expect(header).toMatch(new RegExp(`^${ID_COLUMNS.join(',')},.*,action,reason,note(,input\\.\\w+)*$`))
    const asked = header?.match(/,input\./g)?.length ?? 0
    const empty = new RegExp(`,{${3 + asked}}\\s*$`)
    const filledIn = (line: string, values: string) => line.replace(empty, `,${values}${','.repeat(asked)}`)
    const filled = [
      header,
      filledIn(good, 'transfers.return_transfer,R01,From the file'),
      filledIn(bad, 'transfers.return_transfer,R99,'),
    ].join('\n')
    await operator.getByRole('button', { name: /^File/ }).click()
    await operator.getByRole('menuitem', { name: 'Upload a list that is filled in…' }).click()
    const dialog = operator.getByRole('dialog', { name: 'Upload a list that is filled in' })
    await dialog
      .getByLabel('File')
      .setInputFiles({ name: 'returns.csv', mimeType: 'text/csv', buffer: Buffer.from(filled) })
    await expect(dialog.getByText('1 row is refused:')).toBeVisible()
    await expect(dialog.getByText(/^Line 3, /)).toBeVisible()
    await dialog.getByRole('button', { name: 'Confirm and ask for approval' }).click()
    await dialog.getByRole('link', { name: 'Follow what becomes of each row' }).click()
    await expect(operator.getByRole('heading', { name: 'Records of this request' })).toBeVisible()
    await operator.getByRole('button', { name: 'Cancel request' }).click()
  })
})
