import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, type Page, test } from '@playwright/test'
import { signInAs } from './operator.ts'

type Party = { id: string; title: string; state: string }

/** Companies, whose names may be read, that nobody has frozen. */
async function freeCompanies(page: Page): Promise<Party[]> {
  const answer = await page.request.get('/v1/entities/party?limit=200')
  const { entities } = (await answer.json()) as { entities: Party[] }
  return entities.filter(
    ({ title, state }) => state === 'active' && !title.includes('•') && /\w+ \w+/.test(title),
  )
}

/** The newest open hit of our own screening on a party. */
async function hitOf(page: Page, party: string): Promise<string> {
  let found = ''
  await expect
    .poll(
      async () => {
        const { data } = await (await page.request.get(`/v1/entities/party/${party}`)).json()
        found = data.hits.find(
          ({ id, state }: { id: string; state: string }) => id.startsWith('scr_') && state === 'open',
        )?.id
        return found
      },
      { timeout: 30_000 },
    )
    .toBeTruthy()
  return found
}

test('T-06 T-13 X-04 a list is brought and agreed to; its hits are cleared and frozen for by keyboard', async ({
  browser,
}) => {
  test.setTimeout(180_000)
  const officer = await signInAs(browser, 'transfers/COMPLIANCE')
  const other = await signInAs(browser, 'transfers/ADMIN')
  const [cleared, matched] = await freeCompanies(officer)
  if (!cleared || !matched) throw new Error('the world has no two free companies')
  const directory = mkdtempSync(join(tmpdir(), 'countersign-hit-'))
  const file = join(directory, 'sdn.csv')
  const row = (uid: number, name: string) =>
    `${uid},"${name.toUpperCase()}",-0-,"SDGT",${'-0- ,'.repeat(7)}-0- \r\n`
  writeFileSync(file, row(501, cleared.title) + row(502, matched.title))
  const report = JSON.parse(
    execFileSync(process.execPath, [join('cli', 'countersign.mjs'), 'import', 'sdn', file, '--json'], {
      encoding: 'utf8',
      env: { ...process.env },
    }),
  )
  rmSync(directory, { recursive: true })
  expect(report.outcome).toBe('asked')
  // Until all parties have been compared it is not known whom it hits, and what is confirmed would be another thing.
  await expect(async () => {
    await other.goto(`/app/requests/${report.request}`)
    await expect(other.getByText(/parties are newly hit/).first()).toBeVisible({ timeout: 3_000 })
  }).toPass({ timeout: 60_000 })
  await other.keyboard.press('Control+Enter')
  await expect(other.getByText('Done').first()).toBeVisible()

  // Not the same: cleared from the queue.
  const hit = await hitOf(officer, cleared.id)
  await officer.goto(`/app/transfers/compliance?open=hit:${hit}`)
  const page = officer.getByRole('article').filter({ hasText: hit })
  await expect(page.getByText('OFAC SDN', { exact: false }).first()).toBeVisible()
  await officer.keyboard.press('c')
  const clear = officer.getByRole('dialog', { name: 'Not the same: clear' })
  await clear.getByLabel('Reason').fill('names')
  await clear.getByLabel('Reason').press('Enter')
  await expect(clear.getByText('It leaves the queue', { exact: false })).toBeVisible()
  await officer.keyboard.press('Control+Enter')
  await expect(clear.getByText('Carried out.')).toBeVisible()
  await officer.keyboard.press('Control+Enter')
  await expect(clear).toBeHidden()

  // Same person: led to the party, with the hit and its reason filled in.
  const match = await hitOf(officer, matched.id)
  await officer.goto(`/app/entities/hit/${match}`)
  await expect(officer.getByRole('button', { name: /Same person: freeze/ })).toBeVisible()
  await officer.keyboard.press('s')
  await expect(officer).toHaveURL(new RegExp(`/app/entities/party/${matched.id}`))
  const freeze = officer.getByRole('dialog', { name: 'Freeze' })
  await expect(freeze.getByLabel('For which hit')).toHaveValue(match)
  await expect(freeze.getByText(`The hit ${match} is closed as a true match.`)).toBeVisible()
  await officer.keyboard.press('Control+Enter')
  await freeze.getByRole('link', { name: 'Open request' }).click()
  await expect(officer).toHaveURL(/\/app\/requests\//)
  await other.goto(officer.url())
  await expect(other.getByText('You sign')).toBeVisible()
  await other.keyboard.press('Control+Enter')
  await officer.goto(`/app/entities/hit/${match}`)
  await expect(officer.getByText('true match').first()).toBeVisible({ timeout: 30_000 })

  // Unfreezing offers the hit that it was frozen for, and takes none for granted.
  await officer.goto(`/app/entities/party/${matched.id}?act=transfers.unfreeze_entity`)
  const unfreeze = officer.getByRole('dialog', { name: 'Unfreeze' })
  await expect(unfreeze.getByLabel('Hit that was a false positive')).toHaveValue('')
  await unfreeze.getByLabel('Hit that was a false positive').selectOption(match)
  await expect(
    unfreeze.getByText(`An override is recorded against the rule that raised ${match}.`),
  ).toBeVisible()
  await officer.keyboard.press('Escape')

  // The rail leads to what is screened against and to the rules.
  await officer.getByRole('navigation').first().getByRole('link', { name: 'Screening' }).click()
  await expect(officer.getByRole('heading', { name: 'Screening', level: 1 })).toBeVisible()
  await officer.getByRole('link', { name: 'Names on OFAC SDN' }).click()
  await expect(officer.getByRole('heading', { name: /Another threshold/ })).toBeVisible()
})
