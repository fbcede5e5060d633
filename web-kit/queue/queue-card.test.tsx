// @vitest-environment happy-dom
import type { QueueColumn } from '@countersign/sdk/wire/queues.ts'
import { cleanup, screen } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import type { ConsoleWeb } from '../console-web.ts'
import { renderInConsole } from '../render-in-console.tsx'
import { queueColumns } from './queue-columns.tsx'
import type { QueueRow } from './queue-rows.ts'

const PHONE_PX = 390

function linesOf(
  declared: QueueColumn[],
  fields: Record<string, unknown>,
  look: (card: Element) => unknown = textsOf,
  more: { sortedBy?: QueueColumn; due_at?: string } = {},
) {
  const row = {
    id: 'item',
    title: 'Its title',
    fields,
    assignee: null,
    helpers: [],
    gone: false,
    ...{ state: 'open', due_at: more.due_at ?? null },
  } as unknown as QueueRow
  const columns = queueColumns({
    declared,
    letters: {},
    numeric: new Set(),
    width: PHONE_PX,
    sortedBy: more.sortedBy,
    console: { columnLabels: {}, hiddenColumns: [] } as unknown as ConsoleWeb,
    t: (id) => id,
    me: 'nora',
    selected: new Set(),
    onSelect: () => undefined,
  })
  const card = columns.find(({ key }) => key === 'item')
  renderInConsole(<div data-testid="card">{card?.render(row)}</div>, { answer: () => null })
  const looked = look(screen.getByTestId('card').firstElementChild ?? document.body)
  cleanup()
  return looked
}

function textsOf(card: Element) {
  const [first, amount, second] = card.children
  return [first, amount, second].map((line) => line?.textContent.trim())
}

const column = (key: string, type: QueueColumn['type']): QueueColumn => ({ key, title: key, type })

afterEach(cleanup)

test('X-12 on a phone a row says first what is declared first; a code goes before the name that it is about', () => {
  const hits = [column('screened', 'person'), column('list', 'code'), column('score', 'text')]
  expect(linesOf(hits, { screened: 'Ines Castro', list: 'Sectoral', score: 0.97 })).toEqual([
    'Ines Castro',
    '',
    'Sectoral · 0.97',
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
    'R16 · Cobalt Ridge',
    expect.stringContaining('13.75'),
    'C. R',
  ])
  expect(linesOf([], {})).toEqual(['Its title', '', ''])
})

test('X-13 on a phone no name is turned round by the word before it, and each is cut at its own end', () => {
  const declared = [column('from', 'person'), column('state', 'code'), column('to', 'person')]
  const apart = (card: Element) =>
    [...card.querySelectorAll('bdi')].map(({ textContent, parentElement }) => [
      textContent,
      parentElement?.getAttribute('dir') ?? 'as the page',
    ])
  expect(linesOf(declared, { from: 'Juniper Lane', state: 'مرتجعة', to: 'Y. T••••' }, apart)).toEqual([
    ['Juniper Lane', 'as the page'],
    ['مرتجعة', 'as the page'],
    ['Y. T••••', 'as the page'],
  ])
})

test('T-02 X-12 on a phone what the list is sorted by stands in each row: the deadline in place of when it is due here', () => {
  const deadline = column('deadline', 'deadline')
  const declared = [column('from', 'person'), deadline]
  const times = (card: Element) => [...card.querySelectorAll('time')].map(({ dateTime }) => dateTime)
  const [due_at, at] = ['2026-11-20T09:00:00Z', '2026-11-24T22:00:00Z']
  expect(linesOf(declared, { from: 'A', deadline: at }, times, { due_at })).toEqual([due_at])
  expect(linesOf(declared, { from: 'A', deadline: at }, times, { due_at, sortedBy: deadline })).toEqual([at])
})
