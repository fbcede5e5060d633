// @vitest-environment happy-dom
import type { QueueColumn } from '@countersign/sdk/wire/queues.ts'
import { cleanup, screen } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import type { ConsoleWeb } from '../console-web.ts'
import { renderInConsole } from '../render-in-console.tsx'
import { queueColumns } from './queue-columns.tsx'
import type { QueueRow } from './queue-rows.ts'

const PHONE_PX = 390

function linesOf(declared: QueueColumn[], fields: Record<string, unknown>) {
  const row = {
    id: 'item',
    title: 'Its title',
    fields,
    assignee: null,
    helpers: [],
    gone: false,
  } as unknown as QueueRow
  const columns = queueColumns({
    declared,
    letters: {},
    numeric: new Set(),
    width: PHONE_PX,
    console: { columnLabels: {}, hiddenColumns: [] } as unknown as ConsoleWeb,
    t: (id) => id,
    me: 'nora',
    selected: new Set(),
    onSelect: () => undefined,
  })
  const card = columns.find(({ key }) => key === 'item')
  renderInConsole(<div data-testid="card">{card?.render(row)}</div>, { answer: () => null })
  const [first, amount, second] = screen.getByTestId('card').firstElementChild?.children ?? []
  const lines = [first, amount, second].map((line) => line?.textContent.trim())
  cleanup()
  return lines
}

const column = (key: string, type: QueueColumn['type']): QueueColumn => ({ key, title: key, type })

afterEach(cleanup)

test('X-12 on a phone a row says first what is declared first; a code goes before the name that it is about', () => {
  const hits = [column('screened', 'person'), column('list', 'code'), column('score', 'text')]
  expect(linesOf(hits, { screened: 'Ines Castro', list: 'Sectoral', score: 0.97 })).toEqual([
    'Ines Castro',
    '',
    'Sectoral 0.97',
  ])
  const returns = [
    column('code', 'code'),
    column('amount', 'money'),
    column('from', 'person'),
    column('to', 'person'),
    column('rail', 'code'),
  ]
  const amount = { amount: '13.75', currency: 'USD' }
  expect(linesOf(returns, { code: 'R16', amount, from: 'Cobalt Ridge', to: 'C. R', rail: 'ACH' })).toEqual([
    'R16 Cobalt Ridge',
    expect.stringContaining('13.75'),
    'C. R',
  ])
  expect(linesOf([], {})[0]).toBe('Its title')
})
