import { expect, type Page } from '@playwright/test'
import { test } from './console-test.ts'
import { openItem, pagesOfAPhone, signInAs } from './operator.ts'
import { heardFrom, showPseudoLanguage, unbracketed } from './pseudo-language.ts'

/** What is called so in every language. */
const NAMES = ['Countersign', 'UTC', 'English', 'Français', 'العربية', 'transfers-OPS', 'PLATFORM_ADMIN']
const UPSTREAMS = ['cts', 'ledger', 'recon', 'compliance', 'merchants', 'gateways', 'edge', 'treasury']
/** Words that the server tells as they are kept: of a record's own, and the log's own on hover. */
const KEPT = ['active', 'locked', 'screened', 'sign_in']
/** Between what the server told and what the browser says. */
const SIGNS = /[\s·,:;()–→/"“”.…+▾✓✗⚠◔▲☾\d%-]+/gu

/** Told by the browser itself, in the language that a made one stands for. */
const BY_THE_BROWSER = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun', 'bytes', 'byte']
const regionNames = new Intl.DisplayNames('en', { type: 'region' })

/** Texts outside the brackets that the server did not tell either; `kept` are records' own words. */
async function untranslated(page: Page, answers: string[], kept: readonly string[]): Promise<string[]> {
  // A bare word is the code of something, and wants a text here; `kernel.timeline` or `transfers-OPS` is a name.
  const heard = answers.filter(
    (one) => !/^[a-z]+(_[a-z]+)*$/.test(one) || KEPT.includes(one) || UPSTREAMS.includes(one),
  )
  const countries = heard.filter((one) => /^[A-Z]{2}$/.test(one)).map((code) => regionNames.of(code) ?? code)
  const known = [...NAMES, ...kept, ...countries, ...BY_THE_BROWSER, ...heard]
    .map((text) => text.replaceAll('\u00a0', ' '))
    .toSorted((a, b) => b.length - a.length)
  const told = known.join('\n')
  // A masked name is kept on one line.
  const shown = (await unbracketed(page)).map((text) => text.replaceAll('\u00a0', ' '))
  const left = shown.filter((text) => {
    if (told.includes(text)) return false
    const rest = known.reduce(
      (remaining, one) => (one.length < 2 ? remaining : remaining.replaceAll(one, ' ')),
      text,
    )
    return /\p{Ll}{2}/u.test(rest.replaceAll(SIGNS, ' '))
  })
  return [...new Set(left)]
}

async function settled(page: Page): Promise<void> {
  await page.locator('main').getByText('⟦').first().waitFor()
  await expect(page.locator('main [aria-busy="true"]')).toHaveCount(0)
}

type Place = { name: string; go: (page: Page) => Promise<unknown> }

const at = (name: string, path: string): Place => ({ name, go: (page) => page.goto(path) })

type Records = Record<'transfer' | 'exception' | 'hit' | 'party', string>

const places: Record<string, (of: Records) => Place[]> = {
  'queues and records': ({ transfer, exception, hit, party }) => [
    at('a queue beside an open record', `/app/transfers/returns?open=transfer:${transfer}`),
    at('an exception', `/app/transfers/exceptions?open=exception:${exception}`),
    at('a compliance hit', `/app/transfers/compliance?open=hit:${hit}`),
    at('a sanctions list', '/app/entities/sanctions_list/ofac_sdn'),
    at('a party', `/app/entities/party/${party}`),
    at('an action sheet', `/app/entities/transfer/${transfer}?act=transfers.return_transfer`),
    at('the sheet of an emergency', `/app/entities/party/${party}?act=transfers.freeze_entity`),
    at('the list of actions', `/app/entities/transfer/${transfer}?act=menu`),
    {
      name: 'a queue of which a row is chosen',
      go: async (page) => {
        await page.goto('/app/transfers/returns')
        await page.getByRole('grid').getByRole('row').nth(1).waitFor()
        await page.getByRole('grid').focus()
        await page.keyboard.press('x')
      },
    },
    at('a record that is not there', '/app/entities/transfer/tr_nothing'),
    at('a kind that is not there', '/app/entities/nothing/of_it'),
    at('a queue that is not there', '/app/transfers/nothing'),
  ],
  'approvals, people and rules': () => [
    at('approvals', '/app/approvals'),
    at('what was asked for', '/app/approvals?tab=asked'),
    at('what is scheduled', '/app/approvals?tab=scheduled'),
    at('history', '/app/approvals?tab=history'),
    at('mentions', '/app/mentions?state=all'),
    at('the team', '/app/system/team'),
    at('somebody of the team', '/app/entities/operator/transfers:transfers-ADMIN'),
    at('the approval rules', '/app/system/policies'),
    at('those of a console', '/app/entities/approval_policy/transfers'),
    at('their editor', '/app/entities/approval_policy/transfers?act=kernel.change_approval_policy'),
    at('people and roles', '/app/system/access'),
    at('the dormant', '/app/system/access?tab=dormant'),
    at('who came and went', '/app/system/access?tab=changes'),
    at('a person', '/app/entities/person/transfers-ADMIN'),
  ],
  'the system, the log and the shell': () => [
    at('alerts', '/app/system/alerts'),
    at('alerts that are over', '/app/system/alerts?state=over'),
    at('who is on call', '/app/entities/roster/transfers'),
    at('the form for it', '/app/entities/roster/transfers?act=kernel.change_roster'),
    at('upstreams', '/app/system/upstreams'),
    at('an upstream', '/app/entities/upstream/cts'),
    at('health', '/app/system/health'),
    at('jobs', '/app/system/jobs'),
    at('figures of a queue', '/app/transfers/returns/figures'),
    at('projections', '/app/system/projections'),
    at('a projection', '/app/entities/projection/kernel.timeline'),
    at('dead letters', '/app/system/dead-letters'),
    at('the audit log', '/app/audit'),
    {
      name: 'an entry of it',
      go: async (page) => {
        await page.getByRole('grid').getByRole('row').nth(1).click()
        await page.getByRole('article').waitFor()
      },
    },
    {
      name: 'the list of keys',
      go: async (page) => {
        await page.goto('/app/transfers/returns')
        await page.getByRole('grid').waitFor()
        await page.keyboard.press('?')
        await page.getByRole('dialog').waitFor()
      },
    },
    {
      name: 'the menu under one’s name',
      go: async (page) => {
        await page.keyboard.press('Escape')
        await page.getByRole('button', { name: /Amara Okafor/ }).click()
        await page.getByRole('menu').waitFor()
      },
    },
    {
      name: 'search',
      go: async (page) => {
        await page.keyboard.press('Escape')
        await page.keyboard.press('/')
        await page.getByRole('listbox').getByRole('option').first().waitFor()
      },
    },
    at('an address that leads nowhere', '/app/nowhere'),
    at('the sign-in page', '/app/sign-in?error=role_conflict'),
  ],
}

const PLATFORM_KINDS = ['merchant', 'transaction', 'gateway', 'rate_limit', 'allowlist', 'user', 'config']

test('X-08 P-13 in a made language nothing is said that is not translated: the platform console', async ({
  browser,
}) => {
  test.slow()
  const page = await signInAs(browser, 'platform/PLATFORM_ADMIN')
  // So that there is a security event.
  await page.request.get('/api/ops/ledger')
  const records: Place[] = []
  for (const kind of PLATFORM_KINDS) {
    const answer = await (await page.request.get(`/v1/entities/${kind}?limit=1`)).json()
    const id = (answer as { entities: { id: string }[] }).entities[0]?.id ?? ''
    records.push(
      at(`the list of ${kind}`, `/app/lists/${kind}`),
      at(`a ${kind}`, `/app/entities/${kind}/${id}`),
    )
  }
  // Keys and values of the configuration are its own, as are the ids of gateways and the names of networks of cards.
  const settings = await (await page.request.get('/v1/entities/config?limit=100')).json()
  const gateways = await (await page.request.get('/v1/entities/gateway?limit=100')).json()
  const kept = [
    ...(settings as { entities: { fields: Record<string, unknown> }[] }).entities.flatMap(({ fields }) =>
      Object.values(fields).map(String),
    ),
    ...(gateways as { entities: { id: string }[] }).entities.map(({ id }) => id),
    ...['visa', 'mastercard', 'amex'],
  ]
  const everywhere = [
    ...records,
    at('the dashboard', '/app/consoles/platform/dashboard'),
    at('the part of the log of the console', '/app/consoles/platform/audit-log'),
    at('limits and lists of the console', '/app/entities/edge_scope/console:platform'),
    at('the form of a merchant', '/app/entities/merchant_register/platform?act=platform.create_merchant'),
  ]
  await nothingUntranslated(page, everywhere, kept)
})

test('X-08 R-06 in a made language nothing is said that is not translated: the treasury console', async ({
  browser,
}) => {
  const page = await signInAs(browser, 'treasury/FINANCE_ADMIN')
  const entries = await (await page.request.get('/v1/entities/ledger_entry?limit=1')).json()
  const periods = await (await page.request.get('/v1/entities/accounting_period?limit=100')).json()
  const paid = await (await page.request.get('/v1/entities/settlement?state=paid_out&limit=1')).json()
  const [settlement] = (paid as { entities: { id: string }[] }).entities
  const [entry] = (entries as { entities: { id: string; fields: Record<string, unknown> }[] }).entities
  const months = (periods as { entities: { id: string; title: string }[] }).entities
  // What the ledger calls its entries and its accounts, and months, are its own.
  const posted = await (await page.request.get('/v1/entities/ledger_entry?limit=100')).json()
  const record = await (await page.request.get(`/v1/entities/ledger_entry/${entry?.id}`)).json()
  const kept = [
    ...(posted as { entities: { title: string }[] }).entities.map(({ title }) => title),
    ...(record as { data: { lines: { account_name: string }[] } }).data.lines.map(
      ({ account_name: name }) => name,
    ),
    ...months.map(({ title }) => title),
  ]
  await nothingUntranslated(
    page,
    [
      at('the list of settlements', '/app/lists/settlement'),
      at('a settlement', `/app/entities/settlement/${settlement?.id}`),
      at(
        'confirming a settlement',
        `/app/entities/settlement/${settlement?.id}?act=treasury.confirm_settlement`,
      ),
      at('the list of entries', '/app/lists/ledger_entry'),
      at('an entry', `/app/entities/ledger_entry/${entry?.id}`),
      at('the list of months', '/app/lists/accounting_period'),
      at('a month', `/app/entities/accounting_period/${months.at(-1)?.id}`),
      at('locking a month', `/app/entities/accounting_period/${months.at(-1)?.id}?act=treasury.lock_period`),
    ],
    kept,
  )
})

/** Goes everywhere in a made language; what of each place is not translated is said at the end. */
async function nothingUntranslated(
  page: Page,
  everywhere: readonly Place[],
  kept: readonly string[] = [],
): Promise<void> {
  await showPseudoLanguage(page)
  const heard = heardFrom(page)
  const found: Record<string, string[]> = {}
  for (const { name, go } of everywhere) {
    await test.step(name, async () => {
      await go(page)
      await settled(page)
      const left = async () => untranslated(page, await heard(), kept)
      // What is still on its way is asked for again; what stays is said of all pages at once.
      await expect
        .poll(left, { timeout: 5_000 })
        .toEqual([])
        .catch(async () => Object.assign(found, { [name]: await left() }))
    })
  }
  expect(found).toEqual({})
}

for (const [group, of] of Object.entries(places)) {
  test(`X-08 in a made language nothing is said that is not translated: ${group}`, async ({ browser }) => {
    test.slow()
    const page = await signInAs(browser, 'transfers/ADMIN')
    const transfer = await openItem(page, 'transfers.returns')
    const record = await (await page.request.get(`/v1/entities/transfer/${transfer}`)).json()
    const { related } = record as { related: { kind: string; id: string }[] }
    const records: Records = {
      transfer,
      exception: await openItem(page, 'transfers.exceptions'),
      hit: await openItem(page, 'transfers.compliance'),
      party: related.find(({ kind }) => kind === 'party')?.id ?? '',
    }
    await nothingUntranslated(page, of(records))
  })
}

test('X-08 in a made language a quarter longer than English nothing is wider than a phone', async ({
  browser,
}) => {
  test.slow()
  const page = await signInAs(browser, 'transfers/ADMIN', { width: 390, height: 844 })
  const transfer = await openItem(page, 'transfers.returns')
  await showPseudoLanguage(page)
  for (const path of [...pagesOfAPhone(transfer), '/app/sign-in']) {
    await page.goto(path)
    await page.getByText('⟦').first().waitFor()
    await expect(page.locator('main [aria-busy="true"]')).toHaveCount(0)
    expect
      .soft(await page.evaluate(() => document.documentElement.scrollWidth), path)
      .toBeLessThanOrEqual(390)
  }
})
