// @vitest-environment happy-dom
import type { Entity } from '@countersign/sdk/wire/entities.ts'
import { renderInConsole } from '@countersign/web-kit/render-in-console.tsx'
import { cleanup, screen } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import { fileView } from './file-view.tsx'
import texts from './transfers.messages.en.json'

afterEach(cleanup)

function draw(sums: Record<string, unknown>, format = 'nacha') {
  const { Body } = fileView
  if (Body === undefined) throw new Error('the view has no body')
  const entity: Entity = {
    ...{ kind: 'file', id: 'ab', version: 1, fresh_at: '2026-11-20T09:00:00Z', stale: false },
    ...{ title: 'returns.ach', state: 'committed', affordances: [] },
    data: { name: 'returns.ach', format, entries: 3, missing_chunks: 0, ...sums },
  }
  renderInConsole(<Body entity={entity} />, { answer: () => null, texts })
}
const beside = (label: string) => screen.getByText(label).closest('dt')?.nextElementSibling?.textContent

test('T-11 an imported file shows what its debits and credits come to, where there is one sum of each', () => {
  draw({ debit: { amount: '532.40', currency: 'USD' }, credit: { amount: '198.14', currency: 'USD' } })
  expect(beside('Debits')).toMatch(/532\.40.*USD|USD.*532\.40/)
  expect(beside('Credits')).toMatch(/198\.14.*USD|USD.*198\.14/)
})

test('T-11 an imported file of several currencies shows a sum of each', () => {
  draw({
    debit: [
      { amount: '10.00', currency: 'EUR' },
      { amount: '7.50', currency: 'CHF' },
    ],
    credit: [],
  })
  expect(beside('Debits')).toMatch(/10\.00/)
  expect(beside('Debits')).toMatch(/7\.50/)
})
