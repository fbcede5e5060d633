// @vitest-environment happy-dom
import type { Entity } from '@countersign/sdk/wire/entities.ts'
import { renderInConsole } from '@countersign/web-kit/render-in-console.tsx'
import { cleanup, screen } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import ListFacts from './sanctions-list-body.tsx'
import texts from './screening/screening.messages.en.json'

afterEach(cleanup)

test('T-13 of each version that was brought the page of its list says by whom', () => {
  const entity = {
    ...{ kind: 'sanctions_list', id: 'ofac_sdn', version: 1, fresh_at: '2026-11-20T09:00:00Z', stale: false },
    ...{ title: 'Sanctions list OFAC SDN', state: 'empty', affordances: [] },
    data: {
      offered: [
        {
          ...{ version: 'ab'.repeat(32), published: '2026-11-20', entries: 41, complete: true },
          ...{ staged_at: '2026-11-20T09:00:00Z', brought_by: { id: 'priya', name: 'Priya Raman' } },
        },
      ],
    },
  } as Entity
  renderInConsole(<ListFacts entity={entity} />, { answer: () => null, texts })
  expect(screen.getByText(/by \W*Priya Raman/).closest('tr')?.textContent).toContain('41')
})

test.each([
  [128, 0, '128'],
  [128, 9_999, '128, 9,999 to go'],
  [10_000, 10_000, '10,000+, 10,000+ to go'],
])(
  'S-07 T-13 what the server stopped counting is not said to be so many: %d compared, %d to go',
  (screened, unscreened, shown) => {
    const entity = {
      ...{
        kind: 'sanctions_list',
        id: 'ofac_sdn',
        version: 1,
        fresh_at: '2026-11-20T09:00:00Z',
        stale: false,
      },
      ...{ title: 'Sanctions list OFAC SDN', state: 'in_force', affordances: [] },
      data: { screened, unscreened, offered: [] },
    } as unknown as Entity
    renderInConsole(<ListFacts entity={entity} />, { answer: () => null, texts })
    expect(screen.getByText(shown)).toBeTruthy()
  },
)
