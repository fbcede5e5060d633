import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { expect, type Page } from '@playwright/test'
import { expectAccessible } from './accessibility.ts'
import { test } from './console-test.ts'
import { openItem, signInAs } from './operator.ts'
import { textsIn } from './texts-in.ts'

const arabic = textsIn('ar')
const LETTER = Buffer.from('%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF')
/** More than stand between any two controls of this story. */
const TABS_MAX = 40

/** Tab until what is asked for has focus, as somebody without a mouse does. */
async function tabTo(page: Page, name: string): Promise<void> {
  for (let tabs = 0; tabs < TABS_MAX; tabs += 1) {
    await page.keyboard.press('Tab')
    const focused = await page.evaluate(() => {
      const active = document.activeElement as HTMLElement | null
      const label = active instanceof HTMLInputElement ? active.labels?.[0]?.textContent : undefined
      return label ?? active?.getAttribute('aria-label') ?? active?.textContent
    })
    if (focused?.trim() === name) return
  }
  throw new Error(`"${name}" cannot be reached by Tab`)
}

test('K-27 K-29 X-07 a note with a mention, its answer and a file, all by keyboard', async ({ browser }) => {
  test.slow()
  const ops = await signInAs(browser, 'transfers/OPS')
  const amara = await signInAs(browser, 'transfers/ADMIN')
  const transfer = await openItem(ops, 'transfers.returns')
  const text = `Amara, is this one yours? ${Date.now()}`

  await ops.goto(`/app/entities/transfer/${transfer}`)
  await expect(ops.getByRole('heading', { name: 'Write a note' })).toBeVisible()
  await ops.keyboard.press('n')
  await expect(ops.getByRole('textbox', { name: 'Note', exact: true })).toBeFocused()
  await ops.keyboard.type(text)
  await tabTo(ops, 'Mention')
  await ops.keyboard.type('amara ok')
  await expect(ops.getByRole('option', { name: 'Amara Okafor' })).toBeVisible()
  await ops.keyboard.press('Enter')
  await expect(ops.getByRole('button', { name: 'Do not mention Amara Okafor' })).toBeVisible()
  await tabTo(ops, 'Add note')
  await ops.keyboard.press('Enter')
  await expect(ops.getByText('The note stands on the timeline.')).toBeVisible()
  const timeline = ops.getByRole('region', { name: 'Timeline' })
  await expect(timeline.getByText(text)).toBeVisible()
  await expect(timeline.getByText('Mentions Amara Okafor')).toBeVisible()

  // Her console says so by itself; she reads it there, and it is unread no longer.
  const banner = amara.getByRole('banner')
  await expect(banner.getByText('1 mention')).toBeVisible()
  await amara.goto('/app/mentions')
  await expect(amara.getByText(text)).toBeVisible()
  await expectAccessible(amara)
  await tabTo(amara, 'Mark as read')
  await amara.keyboard.press('Enter')
  await expect(amara.getByText('Nothing is unread.')).toBeVisible()
  await expect(banner.getByText(/mention/)).toBeHidden()

  // A file: chosen, sent, and fetched back.
  await ops.getByLabel('File', { exact: true }).setInputFiles({
    name: 'letter of the bank.pdf',
    mimeType: 'application/pdf',
    buffer: LETTER,
  })
  await ops.getByLabel('File', { exact: true }).focus()
  await tabTo(ops, 'Attach')
  await ops.keyboard.press('Enter')
  await expect(ops.getByText('letter of the bank.pdf is attached.')).toBeVisible()
  const file = ops.getByRole('list', { name: 'Attached files' }).getByRole('listitem').first()
  await expect(file.getByText(createHash('sha256').update(LETTER).digest('hex'))).toBeVisible()
  await expectAccessible(ops)
  const downloading = ops.waitForEvent('download')
  await file.getByRole('link', { name: 'Download letter of the bank.pdf' }).focus()
  await ops.keyboard.press('Enter')
  const download = await downloading
  expect(download.suggestedFilename()).toBe('letter of the bank.pdf')
  expect(readFileSync(await download.path())).toEqual(LETTER)
})

test('K-27 what is refused stays typed and chosen', async ({ browser }) => {
  const page = await signInAs(browser, 'transfers/OPS')
  const transfer = await openItem(page, 'transfers.returns')
  await page.goto(`/app/entities/transfer/${transfer}`)
  await page.getByLabel('File', { exact: true }).setInputFiles({
    name: 'page.pdf',
    mimeType: 'application/pdf',
    buffer: Buffer.from('<html><script>alert(1)</script></html>'),
  })
  await page.getByRole('button', { name: 'Attach' }).click()
  await expect(page.getByRole('alert').filter({ hasText: 'It was not attached' })).toBeVisible()
  await expect(page.getByLabel('File', { exact: true })).toHaveValue(/page\.pdf$/)
  await expect(page.getByRole('link', { name: 'Download page.pdf' })).toHaveCount(0)
  await expectAccessible(page)
})

test('X-08 X-09 dark and from right to left, notes and files stay within the page', async ({ browser }) => {
  const look = { theme: 'dark', width: 390, height: 844, language: 'ar' } as const
  const page = await signInAs(browser, 'transfers/OPS', look)
  const transfer = await openItem(page, 'transfers.returns')
  await page.goto(`/app/entities/transfer/${transfer}`)
  await page.getByRole('heading', { name: arabic('evidence.title') }).waitFor()
  await page.getByLabel(arabic('evidence.file'), { exact: true }).waitFor()
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
  await expectAccessible(page)
})

test('K-27 the auditor reads notes and files, and has no field to write in', async ({ browser }) => {
  const writer = await signInAs(browser, 'transfers/OPS')
  const transfer = await openItem(writer, 'transfers.returns')
  const text = `For the auditor to read, ${Date.now()}`
  await writer.goto(`/app/entities/transfer/${transfer}`)
  await writer.getByRole('textbox', { name: 'Note', exact: true }).fill(text)
  await writer.getByRole('button', { name: 'Add note' }).click()
  const auditor = await signInAs(browser, 'kernel/auditor')
  await auditor.goto(`/app/entities/transfer/${transfer}`)
  await expect(auditor.getByText(text)).toBeVisible()
  await expect(auditor.getByText('Writing takes a role of your own in this console.')).toBeVisible()
  await expect(auditor.getByRole('textbox', { name: 'Note', exact: true })).toHaveCount(0)
  await expect(auditor.getByLabel('File', { exact: true })).toHaveCount(0)
})

test('K-35 a file is held beyond its term from the record that it is on', async ({ browser }) => {
  const ops = await signInAs(browser, 'transfers/OPS')
  const transfer = await openItem(ops, 'transfers.returns')
  await ops.goto(`/app/entities/transfer/${transfer}`)
  await ops.getByLabel('File', { exact: true }).setInputFiles({
    name: 'subpoena.pdf',
    mimeType: 'application/pdf',
    buffer: LETTER,
  })
  await ops.getByRole('button', { name: 'Attach' }).click()
  await expect(ops.getByText('subpoena.pdf is attached.')).toBeVisible()
  await expect(ops.getByRole('button', { name: 'Hold' })).toHaveCount(0)

  const compliance = await signInAs(browser, 'transfers/COMPLIANCE')
  await compliance.goto(`/app/entities/transfer/${transfer}`)
  const file = compliance
    .getByRole('list', { name: 'Attached files' })
    .getByRole('listitem')
    .filter({ hasText: 'subpoena.pdf' })
  await file.getByRole('button', { name: 'Hold' }).click()
  const sheet = compliance.getByRole('dialog', { name: 'Hold' })
  await expect(sheet.getByText(/until the hold is released/).first()).toBeVisible()
  await sheet.getByRole('combobox', { name: 'Reason' }).fill('Litigation')
  await compliance.keyboard.press('Enter')
  await sheet.getByLabel('Note').fill('Doe v. Bank')
  // What is confirmed is what is shown of just this; until then there is nothing to confirm.
  await expect(sheet.getByRole('button', { name: /^Hold now/ })).toBeEnabled()
  await compliance.keyboard.press('Control+Enter')
  await expect(file.getByText('on legal hold')).toBeVisible()
  // Who attached it sees so at once.
  await expect(ops.getByText('on legal hold')).toBeVisible()
})
