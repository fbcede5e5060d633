import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, type Page } from '@playwright/test'
import { agree, ask, choose, confirmAlone, press, tabTo, write } from '../by-keyboard.ts'
import { test } from '../console-test.ts'
import { call, signInAs } from '../operator.ts'

/** With one that is cleared besides, as many as the share of a rule is told from. */
const OVERRIDES = 9

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

/** OFAC's list with these names on it is brought from the command line, and agreed to by `other`. */
async function takeList(other: Page, names: readonly string[]): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'countersign-hits-'))
  const file = join(directory, 'sdn.csv')
  const rows = names.map(
    (name, at) => `${501 + at},"${name.toUpperCase()}",-0-,"SDGT",${'-0- ,'.repeat(7)}-0- \r\n`,
  )
  writeFileSync(file, rows.join(''))
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
}

test('T-06 T-09 T-13 T-15 X-04 a list is brought and agreed to; its hits are cleared, ruled on and frozen for, and its rule is escalated and tuned', async ({
  browser,
}) => {
  test.setTimeout(300_000)
  const officer = await signInAs(browser, 'transfers/COMPLIANCE')
  const other = await signInAs(browser, 'transfers/ADMIN')
  const [cleared, ruled, matched, ...more] = await freeCompanies(officer)
  if (!cleared || !ruled || !matched || more.length < OVERRIDES) {
    throw new Error('the world has too few free companies')
  }
  const overridden = more.slice(0, OVERRIDES)
  await takeList(
    other,
    [cleared, ruled, matched, ...overridden].map(({ title }) => title),
  )

  await test.step('not the same: cleared from the queue', async () => {
    const hit = await hitOf(officer, cleared.id)
    await officer.goto(`/app/transfers/compliance?open=hit:${hit}`)
    const page = officer.getByRole('article', { name: `${cleared.title} ~ ${cleared.title.toUpperCase()}` })
    await expect(page.getByText('OFAC SDN', { exact: false }).first()).toBeVisible()
    await officer.keyboard.press('c')
    const clear = officer.getByRole('dialog', { name: 'Not the same: clear' })
    await choose(officer, clear.getByLabel('Reason', { exact: true }), 'documents')
    await write(officer, clear.getByLabel('Note'), 'Another company of the same name, registered elsewhere')
    await expect(clear.getByText('It leaves the queue', { exact: false })).toBeVisible()
    // By all that was compared they are one: somebody else agrees.
    await agree(other, await ask(officer, 'Not the same: clear'), 'Not the same: clear')
  })

  await test.step('these two are not asked about again for thirty days, as two people agree', async () => {
    const hit = await hitOf(officer, ruled.id)
    await officer.goto(`/app/entities/hit/${hit}`)
    await expect(officer.getByRole('button', { name: 'Propose a rule for this pair' })).toBeVisible()
    await officer.keyboard.press('p')
    const sheet = officer.getByRole('dialog', { name: 'Propose a rule for this pair' })
    await write(officer, sheet.getByLabel('For how many days'), '30')
    await choose(officer, sheet.getByLabel('Reason', { exact: true }), 'documents')
    await write(officer, sheet.getByLabel('Note'), 'Registered elsewhere, by the extract of the register')
    await expect(sheet.getByText(/^For 30 days, hits of/)).toBeVisible()
    const title = 'Propose a rule for this pair'
    await agree(other, await ask(officer, title), title)
    await officer.goto(`/app/entities/hit/${hit}`)
    await expect(officer.getByRole('button', { name: 'Withdraw the rule for this pair' })).toBeVisible()
  })

  await test.step('the same person: led to the party, with the hit and its reason filled in', async () => {
    const match = await hitOf(officer, matched.id)
    await officer.goto(`/app/entities/hit/${match}`)
    // Once the party itself has said that it can be.
    await expect(officer.getByRole('button', { name: /Same party: freeze/ })).not.toHaveAttribute(
      'aria-disabled',
      'true',
    )
    await officer.keyboard.press('s')
    await expect(officer).toHaveURL(new RegExp(`/app/entities/party/${matched.id}`))
    const freeze = officer.getByRole('dialog', { name: 'Freeze' })
    await expect(freeze.getByLabel('For which hit')).toHaveValue(match)
    await expect(freeze.getByText('The hit is closed as a true match.')).toBeVisible()
    const named = `${matched.title} ~ ${matched.title.toUpperCase()}`
    await expect(freeze.getByRole('link', { name: named })).toHaveAttribute('href', new RegExp(match))
    await agree(other, await ask(officer, 'Freeze'), 'Freeze')
    await officer.goto(`/app/entities/hit/${match}`)
    await expect(officer.getByText('true match').first()).toBeVisible({ timeout: 30_000 })

    // Unfreezing offers the hit that it was frozen for, and takes none for granted.
    await officer.goto(`/app/entities/party/${matched.id}?act=transfers.unfreeze_entity`)
    const unfreeze = officer.getByRole('dialog', { name: 'Unfreeze' })
    const which = unfreeze.getByLabel('Hit that was a false positive')
    await expect(which).toHaveValue('')
    await tabTo(officer, which)
    await officer.keyboard.press('ArrowDown')
    await expect(which).toHaveValue(match)
    await expect(
      unfreeze.getByText('an override is recorded against the rule that raised it', { exact: false }),
    ).toBeVisible()
    await officer.keyboard.press('Escape')
  })

  await test.step('most of what the rule raises is cleared: its task leads to another threshold, tried on 90 days', async () => {
    for (const { id } of overridden) {
      const asked = await call<{ id: string; digest: string }>(officer, '/v1/actions/transfers.clear_hit', {
        target: { kind: 'hit', id: await hitOf(officer, id) },
        reason: { code: 'documents_seen', note: 'Registered elsewhere' },
      })
      await call(other, `/v1/requests/${asked.id}/approve`, { digest: asked.digest })
    }
    await expect(async () => {
      await officer.goto('/app/entities/screening_rule/names_ofac_sdn')
      await expect(officer.getByText('Another threshold', { exact: false }).first()).toBeVisible()
      const weeks = officer.getByRole('table').first()
      const decided = weeks.getByRole('cell', { name: String(OVERRIDES + 1), exact: true })
      await expect(decided.first()).toBeVisible({ timeout: 1_000 })
    }).toPass({ timeout: 60_000 })
    await test.step('whoever sees the alert and cannot deal with it escalates it', async () => {
      const alert = /Most hits of the screening rule Names on OFAC SDN are cleared/
      await officer.goto('/app/system/alerts')
      await press(officer, officer.getByRole('row', { name: alert }).getByRole('link'))
      await expect(officer.getByRole('button', { name: 'Escalate' })).toBeVisible()
      await officer.keyboard.press('e')
      const escalate = officer.getByRole('dialog', { name: 'Escalate' })
      await choose(officer, escalate.getByLabel('Reason', { exact: true }), 'cannot')
      await expect(escalate.getByText('The next person on the roster is told at once.')).toBeVisible()
      await confirmAlone(officer, 'Escalate')
      await expect(officer.getByText('Escalated: the next one is told').first()).toBeVisible()
      await officer.goto('/app/entities/screening_rule/names_ofac_sdn')
    })
    await press(officer, officer.getByRole('button', { name: 'Tune rule' }))
    const sheet = officer.getByRole('dialog', { name: 'Tune rule' })
    await write(officer, sheet.getByLabel('Hit from this score on'), '0.95')
    await choose(officer, sheet.getByLabel('Reason', { exact: true }), 'cleared')
    await expect(sheet.getByText(/In the last 90 days it would have raised/)).toBeVisible()
    await agree(other, await ask(officer, 'Tune rule'), 'Tune rule')
    await officer.goto('/app/entities/screening_rule/names_ofac_sdn')
    await expect(officer.getByText('0.95').first()).toBeVisible()
  })

  await test.step('the rail leads to what is screened against and to the rules', async () => {
    await press(officer, officer.getByRole('navigation').first().getByRole('link', { name: 'Screening' }))
    await expect(officer.getByRole('heading', { name: 'Screening', level: 1 })).toBeVisible()
    await press(officer, officer.getByRole('link', { name: 'Names on OFAC SDN' }))
    await expect(officer.getByRole('heading', { name: /Another threshold/ })).toBeVisible()
  })
})
