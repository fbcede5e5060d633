import { expect, type Page, test } from '@playwright/test'
import { expectAccessible } from './accessibility.ts'
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
]

for (const theme of ['light', 'dark'] as const) {
  test(`X-07 X-09 axe finds nothing on any page, ${theme}`, async ({ browser }) => {
    test.slow()
    const page = await signInAs(browser, 'transfers/ADMIN', { theme })
    for (const screen of screens) {
      await test.step(screen.name, async () => {
        await screen.open(page)
        await expectAccessible(page)
      })
    }
  })

  test(`X-07 axe finds nothing on the sign-in page, ${theme}`, async ({ browser }) => {
    const context = await browser.newContext({ colorScheme: theme })
    const page = await context.newPage()
    await page.goto('/app/sign-in?error=access_denied')
    await expect(page.getByRole('alert')).toBeVisible()
    await expectAccessible(page)
    await context.close()
  })
}

test('X-12 on a phone nothing is wider than the screen, and axe finds nothing', async ({ browser }) => {
  test.slow()
  const page = await signInAs(browser, 'transfers/ADMIN', { width: 390, height: 844 })
  for (const screen of screens) {
    await test.step(screen.name, async () => {
      await screen.open(page)
      const width = await page.evaluate(() => document.documentElement.scrollWidth)
      expect(width).toBeLessThanOrEqual(390)
      await expectAccessible(page)
    })
  }
})
