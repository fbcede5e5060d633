import { execFileSync } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from '@playwright/test'
import { choose, confirmAlone, press, write } from '../by-keyboard.ts'
import { test } from '../console-test.ts'
import { signInAs } from '../operator.ts'

/** A statement of the bank is brought from the command line. @returns what became of it */
function importStatement(text: string): string {
  const directory = mkdtempSync(join(tmpdir(), 'countersign-files-'))
  const file = join(directory, 'statement.sta')
  writeFileSync(file, text)
  const report = execFileSync(
    process.execPath,
    [join('cli', 'countersign.mjs'), 'import', 'mt940', file, '--json'],
    { encoding: 'utf8', env: { ...process.env } },
  )
  rmSync(directory, { recursive: true })
  return (JSON.parse(report) as { outcome: string }).outcome
}

test('T-12 T-14 X-02 a statement that does not add up waits until somebody says why; its lines are worked then, and brought again it changes nothing', async ({
  browser,
}) => {
  const page = await signInAs(browser, 'transfers/OPS')
  const reference = `Q${randomInt(1_000_000, 9_999_999)}`
  const statement = [
    `:20:${reference}`,
    ':25:37040044/0532013000',
    ':28C:00042/001',
    ':60F:C260302EUR1000,00',
    `:61:2603030303D150,37NTRF${reference}//B1`,
    ':86:nobody knows what for',
    ':62F:C260303EUR900,00',
    '-\r\n',
  ].join('\r\n')
  expect(importStatement(statement)).toBe('quarantined')

  await page.goto('/app/transfers/exceptions?kind=statement&sort=-opened_at')
  const grid = page.getByRole('grid', { name: 'Reconciliation exceptions' })
  await expect(grid.locator('[data-active]')).toBeVisible()
  await page.keyboard.press('Enter')
  const record = page.getByRole('region', { name: 'Open record' })
  await expect(record.getByText('50.37').first()).toBeVisible()
  await press(page, record.getByRole('button', { name: 'Acknowledge difference' }))
  const sheet = page.getByRole('dialog', { name: 'Acknowledge difference' })
  await choose(page, sheet.getByLabel('Reason', { exact: true }), 'confirms')
  await write(page, sheet.getByLabel('Note'), 'Their desk: a fee is booked tomorrow.')
  await expect(sheet.getByText(/Its lines are matched with postings/)).toBeVisible()
  await confirmAlone(page, 'Acknowledge difference')

  // What reconciliation finds no posting for is an exception now, with the bank's reference.
  const listed = async () => {
    const answer = await page.request.get(
      '/v1/queues/transfers.exceptions/items?kind=statement_line&limit=200',
    )
    return ((await answer.text()).match(new RegExp(reference, 'g')) ?? []).length > 0
  }
  await expect.poll(listed, { timeout: 30_000 }).toBe(true)
  expect(importStatement(statement)).toBe('unchanged')
})
