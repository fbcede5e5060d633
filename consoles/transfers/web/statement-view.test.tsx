// @vitest-environment happy-dom
import type { Entity } from '@countersign/sdk/wire/entities.ts'
import { renderInConsole } from '@countersign/web-kit/render-in-console.tsx'
import { cleanup, screen } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import { statementView } from './statement-view.tsx'
import texts from './transfers.messages.en.json'

afterEach(cleanup)

function draw(closing: string, reckoned: string) {
  const { Body } = statementView
  if (Body === undefined) throw new Error('the view has no body')
  const eur = (amount: string) => ({ amount, currency: 'EUR' })
  const entity: Entity = {
    ...{ kind: 'statement', id: 'st_1', version: 1, fresh_at: '2026-11-20T09:00:00Z', stale: false },
    ...{ title: 'Statement 7', state: 'quarantined', affordances: [] },
    data: { opening: eur('0.00'), closing: eur(closing), reckoned: eur(reckoned), lines: 4 },
  }
  renderInConsole(<Body entity={entity} />, { answer: () => null, texts })
}
const difference = () => screen.queryByText('Difference')?.nextElementSibling?.textContent

test('T-12 a statement that does not add up says by how much', () => {
  draw('100.00', '99.95')
  expect(difference()).toMatch(/^(?!.*[-−]).*0\.05/)
  cleanup()
  draw('-3.10', '9007199254740993.05')
  expect(difference()).toMatch(/[-−].*9,007,199,254,740,996\.15/)
})

test('T-12 one that adds up has no difference', () => {
  draw('100.00', '100.00')
  expect(difference()).toBeUndefined()
})
