import { expect, type Page } from '@playwright/test'
import { expectAccessible } from './accessibility.ts'
import { test } from './console-test.ts'
import { openItem, signInAs } from './operator.ts'

type Screen = { name: string; open: (page: Page) => Promise<void> }

async function firstOf(page: Page, queue: string): Promise<string> {
  return openItem(page, queue)
}

/** Every page of this part, each in a state that shows something. */
const screens: Screen[] = [
  {
    name: 'returns beside an open record',
    open: async (page) => {
      const id = await firstOf(page, 'transfers.returns')
      await page.goto(`/app/transfers/returns?open=transfer:${id}`)
      await page.getByRole('region', { name: 'Open record' }).getByText('Timeline').waitFor()
      await page.getByRole('table').first().waitFor()
    },
  },
  {
    name: 'jobs',
    open: async (page) => {
      await page.goto('/app/system/jobs')
      await page.getByRole('row').nth(1).waitFor()
    },
  },
  {
    name: 'health',
    open: async (page) => {
      await page.goto('/app/system/health')
      await page.getByRole('slider').first().waitFor()
    },
  },
  {
    name: 'figures of a queue',
    open: async (page) => {
      await page.goto('/app/transfers/returns/figures?range=90d')
      await page.getByRole('slider').first().waitFor()
      await page.getByRole('button', { name: 'Table' }).nth(1).click()
      await page.getByRole('table').first().waitFor()
    },
  },
  {
    name: 'projections',
    open: async (page) => {
      await page.goto('/app/system/projections')
      await page.getByRole('link', { name: 'kernel.timeline' }).waitFor()
    },
  },
  {
    name: 'the team',
    open: async (page) => {
      await page.goto('/app/system/team')
      await page.getByRole('row').nth(1).waitFor()
    },
  },
  {
    name: 'who holds what',
    open: async (page) => {
      await page.goto('/app/system/access')
      await page.getByRole('row').nth(1).waitFor()
    },
  },
  {
    name: 'the approval rules',
    open: async (page) => {
      await page.goto('/app/entities/approval_policy/transfers')
      await page.getByRole('heading', { name: 'As declared' }).waitFor()
    },
  },
  {
    name: 'alerts',
    open: async (page) => {
      await page.goto('/app/system/alerts')
      await page.getByRole('row').nth(1).waitFor()
    },
  },
  {
    name: 'dead letters',
    open: async (page) => {
      await page.goto('/app/system/dead-letters')
      await page.getByRole('heading', { name: 'Dead letters', level: 1 }).waitFor()
    },
  },
  {
    name: 'upstreams',
    open: async (page) => {
      await page.goto('/app/system/upstreams')
      await page.getByRole('row').nth(1).waitFor()
    },
  },
  {
    name: 'the action sheet',
    open: async (page) => {
      const id = await firstOf(page, 'transfers.returns')
      await page.goto(`/app/entities/transfer/${id}?act=transfers.return_transfer`)
      await page.getByRole('dialog').getByText('Who must agree').waitFor()
    },
  },
  {
    name: 'the list of actions',
    open: async (page) => {
      const id = await firstOf(page, 'transfers.returns')
      await page.goto(`/app/entities/transfer/${id}?act=menu`)
      await page.getByRole('dialog', { name: 'Actions' }).waitFor()
    },
  },
  {
    name: 'an exception and its candidates',
    open: async (page) => {
      const id = await firstOf(page, 'transfers.exceptions')
      await page.goto(`/app/transfers/exceptions?open=exception:${id}`)
      await page.getByRole('region', { name: 'Candidates' }).waitFor()
    },
  },
  {
    name: 'a compliance hit',
    open: async (page) => {
      const id = await firstOf(page, 'transfers.compliance')
      await page.goto(`/app/transfers/compliance?open=hit:${id}`)
      await page.getByText('Screened').last().waitFor()
    },
  },
  {
    name: 'a sanctions list',
    open: async (page) => {
      await page.goto('/app/entities/sanctions_list/ofac_sdn')
      await page.getByRole('heading', { name: 'Sanctions list OFAC SDN' }).waitFor()
    },
  },
  {
    name: 'screening',
    open: async (page) => {
      await page.goto('/app/entities/screening/overview')
      await page.getByRole('heading', { name: 'Screening', level: 1 }).waitFor()
    },
  },
  {
    name: 'a screening rule',
    open: async (page) => {
      await page.goto('/app/entities/screening_rule/names_ofac_sdn')
      await page.getByRole('heading', { name: 'Screening rule: Names on OFAC SDN' }).waitFor()
    },
  },
  {
    name: 'a party',
    open: async (page) => {
      const id = await firstOf(page, 'transfers.returns')
      await page.goto(`/app/entities/transfer/${id}`)
      await page.getByRole('complementary', { name: 'Related' }).getByRole('link').first().click()
      await page.getByText('Country').waitFor()
    },
  },
  {
    name: 'approvals',
    open: async (page) => {
      await page.goto('/app/approvals?tab=history')
      await page.getByRole('heading', { name: 'Approvals' }).waitFor()
    },
  },
  {
    name: 'mentions',
    open: async (page) => {
      await page.goto('/app/mentions?state=all')
      await page.getByRole('heading', { name: 'Mentions', level: 1 }).waitFor()
    },
  },
  {
    name: 'the audit log with a proof',
    open: async (page) => {
      await page.goto('/app/audit')
      await page.getByRole('grid').getByRole('row').nth(1).click()
      await page.getByRole('button', { name: 'Prove it is in the log' }).click()
      await page.getByText('This entry is in the log, unchanged.').waitFor()
    },
  },
  {
    name: 'the omnibox',
    open: async (page) => {
      await page.goto('/app/transfers/returns')
      await page.getByRole('grid').waitFor()
      await page.keyboard.press('/')
      await page.getByRole('listbox', { name: 'Results' }).getByRole('option').first().waitFor()
    },
  },
  {
    name: 'the list of keys',
    open: async (page) => {
      await page.goto('/app/transfers/returns')
      await page.getByRole('grid').waitFor()
      await page.keyboard.press('?')
      await page.getByRole('dialog', { name: 'Keys' }).waitFor()
    },
  },
  {
    name: 'a record that is not there',
    open: async (page) => {
      await page.goto('/app/entities/transfer/tr_nothing')
      await page.getByRole('alert').waitFor()
    },
  },
  {
    name: 'a request',
    open: async (page) => {
      const list = await (await page.request.get('/v1/requests?limit=1')).json()
      const id = (list as { requests: { id: string }[] }).requests[0]?.id
      if (id === undefined) await page.goto('/app/approvals?tab=history')
      else await page.goto(`/app/requests/${id}`)
      await page.getByRole('heading', { level: 1 }).waitFor()
    },
  },
  {
    name: 'the rules as a form',
    open: async (page) => {
      await page.goto('/app/entities/approval_policy/transfers?act=kernel.change_approval_policy')
      await page.getByRole('dialog').getByRole('group').first().waitFor()
    },
  },
  {
    name: 'what to do',
    open: async (page) => {
      await page.goto('/app/transfers/compliance')
      await page.getByRole('button', { name: 'What to do' }).click()
      await page.getByRole('dialog').waitFor()
    },
  },
  {
    name: 'a guide',
    open: async (page) => {
      await page.goto('/app/help/console')
      await page.getByRole('article').getByRole('img').first().waitFor()
    },
  },
  {
    name: 'extra operators',
    open: async (page) => {
      await page.goto('/app/transfers/exceptions')
      await page.getByRole('button', { name: 'Extra operators…' }).click()
      await page.getByRole('dialog').getByRole('checkbox').first().waitFor()
    },
  },
  {
    name: 'a write-off',
    open: async (page) => {
      const id = await openItem(page, 'transfers.exceptions', () => true, 'transfers.write_off_exception')
      await page.goto(`/app/entities/exception/${id}?act=transfers.write_off_exception`)
      await page.getByRole('dialog').getByRole('radio').first().waitFor()
    },
  },
  {
    name: 'sending again',
    open: async (page) => {
      const id = await openItem(page, 'transfers.returns', () => true, 'transfers.send_again')
      await page.goto(`/app/entities/transfer/${id}?act=transfers.send_again`)
      await page.getByRole('dialog').getByLabel('Reason', { exact: true }).waitFor()
    },
  },
  {
    name: 'an upstream',
    open: async (page) => {
      await page.goto('/app/entities/upstream/cts')
      await page.getByRole('slider').first().waitFor()
    },
  },
  {
    name: 'an alert',
    open: async (page) => {
      await page.goto('/app/system/alerts')
      await page.getByRole('row').nth(1).getByRole('link').first().click()
      await page.getByText('Timeline').waitFor()
    },
  },
  {
    name: 'a person',
    open: async (page) => {
      await page.goto('/app/entities/person/transfers-OPS')
      await page.getByRole('heading', { level: 1 }).waitFor()
    },
  },
  {
    name: 'a projection',
    open: async (page) => {
      await page.goto('/app/entities/projection/kernel.timeline')
      await page.getByRole('heading', { level: 1 }).waitFor()
    },
  },
]

/** Of the platform console: each section, and a record of each kind with what may be done to it. */
const platformScreens: Screen[] = [
  ...Object.entries({
    merchant: 'platform.suspend_merchant',
    transaction: '',
    gateway: 'platform.override_gateway',
    rate_limit: 'platform.change_rate_limit',
    allowlist: 'platform.change_allowlist',
    user: '',
    config: 'platform.change_config',
  }).flatMap(([kind, action]): Screen[] => [
    {
      name: `the list of ${kind}`,
      open: async (page) => {
        await page.goto(`/app/lists/${kind}`)
        await page.getByRole('grid').getByRole('row').nth(1).waitFor()
      },
    },
    {
      name: `a ${kind}${action === '' ? '' : ` and ${action}`}`,
      open: async (page) => {
        const answer = await (await page.request.get(`/v1/entities/${kind}?limit=1`)).json()
        const id = (answer as { entities: { id: string }[] }).entities[0]?.id
        await page.goto(`/app/entities/${kind}/${id}${action === '' ? '' : `?act=${action}`}`)
        if (action === '') await page.getByText('Timeline').waitFor()
        else await page.getByRole('dialog').getByLabel('Reason', { exact: true }).waitFor()
      },
    },
  ]),
  {
    name: 'the dashboard',
    open: async (page) => {
      await page.goto('/app/consoles/platform/dashboard')
      await page.getByRole('heading', { level: 2 }).first().waitFor()
    },
  },
  {
    name: 'the console’s part of the log and an entry of it, after an attempt at finance',
    open: async (page) => {
      await page.request.get('/api/ops/ledger')
      await page.goto('/app/consoles/platform/audit-log?kind=security')
      await page.getByRole('grid').getByRole('row').nth(1).click()
      await page.getByRole('article').waitFor()
    },
  },
  {
    name: 'limits and lists of the console',
    open: async (page) => {
      await page.goto('/app/entities/edge_scope/console:platform')
      await page.getByRole('heading', { level: 1 }).waitFor()
    },
  },
]

/** Of the treasury console: its lists, and a record of each kind that the seeded day has. */
const treasuryScreens: Screen[] = Object.entries({
  settlement: 'treasury.confirm_settlement',
  ledger_entry: '',
  accounting_period: 'treasury.lock_period',
}).flatMap(([kind, action]): Screen[] => [
  {
    name: `the list of ${kind}`,
    open: async (page) => {
      await page.goto(`/app/lists/${kind}`)
      await page.getByRole('grid').getByRole('row').nth(1).waitFor()
    },
  },
  {
    name: `a ${kind}${action === '' ? '' : ` and ${action}`}`,
    open: async (page) => {
      const answer = await (await page.request.get(`/v1/entities/${kind}?limit=100`)).json()
      const { entities } = answer as { entities: { id: string }[] }
      // Months are locked from the oldest on.
      const id = (kind === 'accounting_period' ? entities.at(-1) : entities[0])?.id
      await page.goto(`/app/entities/${kind}/${id}${action === '' ? '' : `?act=${action}`}`)
      if (action === '') await page.getByText('Timeline').waitFor()
      else await page.getByRole('dialog').getByLabel('Reason', { exact: true }).waitFor()
    },
  },
])

type Look = { theme: 'light' | 'dark'; language: 'en' | 'ar'; width: number }

/** Each differs from the one before in one thing. */
const LOOKS: Look[] = [
  { theme: 'light', language: 'en', width: 1440 },
  { theme: 'dark', language: 'en', width: 1440 },
  { theme: 'dark', language: 'ar', width: 1440 },
  { theme: 'light', language: 'ar', width: 1440 },
  { theme: 'light', language: 'ar', width: 390 },
  { theme: 'light', language: 'en', width: 390 },
]

/** The page as it stands, seen otherwise: as if the person had chosen so in another window. */
async function lookAs(page: Page, { theme, language, width }: Look): Promise<void> {
  await page.setViewportSize({ width, height: 900 })
  await page.emulateMedia({ colorScheme: theme })
  await page.evaluate((chosen) => {
    localStorage.setItem('countersign.language', chosen)
    window.dispatchEvent(new StorageEvent('storage'))
  }, language)
  await expect(page.locator('html')).toHaveAttribute('lang', language)
  await expect(page.locator('main [aria-busy="true"]')).toHaveCount(0)
}

for (const [which, persona, some] of [
  ['of work', 'transfers/ADMIN', screens.filter((_, at) => at % 2 === 0)],
  ['of control', 'transfers/ADMIN', screens.filter((_, at) => at % 2 === 1)],
  ['of the platform console', 'platform/PLATFORM_ADMIN', platformScreens],
  ['of the treasury console', 'treasury/FINANCE_ADMIN', treasuryScreens],
] as const) {
  test(`X-07 X-08 X-09 X-12 axe finds nothing on any page ${which}, light and dark, from left and from right, wide and on a phone, where nothing is wider than it`, async ({
    browser,
  }) => {
    test.setTimeout(300_000)
    const page = await signInAs(browser, persona)
    for (const screen of some) {
      for (const [at, look] of LOOKS.entries()) {
        await test.step(`${screen.name}: ${Object.values(look).join(', ')}`, async () => {
          await lookAs(page, look)
          if (at === 0) await screen.open(page)
          if (look.width < 720) {
            // A page that was wide is laid out anew, rows by rows; it is over when it fits.
            await expect
              .poll(() => page.evaluate(() => document.documentElement.scrollWidth), screen.name)
              .toBeLessThanOrEqual(look.width)
          }
          // In another language everything in sight is read anew, which is over when it is.
          await expect(() => expectAccessible(page)).toPass({ timeout: 15_000 })
        })
      }
    }
  })
}

for (const theme of ['light', 'dark'] as const) {
  test(`X-07 axe finds nothing on the sign-in page, ${theme}`, async ({ browser }) => {
    const context = await browser.newContext({ colorScheme: theme })
    const page = await context.newPage()
    await page.goto('/app/sign-in?error=access_denied')
    await expect(page.getByRole('alert')).toBeVisible()
    await expectAccessible(page)
    await context.close()
  })
}
