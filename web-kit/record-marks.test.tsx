// @vitest-environment happy-dom
import { cleanup, render, screen } from '@testing-library/react'
import { afterEach, beforeAll, expect, test } from 'vitest'
import catalogue from './catalogue.en.ts'
import type { ConsoleWeb } from './console-web.ts'
import { mergeCatalogues, startMessages } from './messages.ts'
import { queueColumns } from './queue/queue-columns.tsx'
import type { QueueRow } from './queue/queue-rows.ts'
import { RecordMarks } from './record-marks.tsx'

beforeAll(() => startMessages('en', mergeCatalogues({ kit: catalogue })))
afterEach(cleanup)

const mark = { tone: 'danger' as const, word: 'Frozen', text: 'A. M•••• is frozen: no money of it moves.' }

test('T-04 X-07 a mark is read with what it means, also where there is room for its sign alone', () => {
  for (const narrow of [false, true]) {
    const { container } = render(<RecordMarks marks={[mark]} narrow={narrow} />)
    expect(container.textContent).toBe(`Frozen: ${mark.text}`)
    expect(screen.getByTitle(mark.text)).toBeDefined()
    expect(screen.getByText('Frozen').className).toBe(narrow ? 'visually-hidden' : '')
    cleanup()
  }
})

const keysOf = (width: number, word: string | undefined) =>
  queueColumns({
    ...{ declared: [], letters: {}, numeric: new Set<string>(), width, mark: word, me: 'me' },
    ...{ console: { columnLabels: {}, hiddenColumns: [] } as unknown as ConsoleWeb, t: (id: string) => id },
    ...{ selected: new Set<string>(), onSelect: () => undefined },
  })

test('T-04 X-02 a list has a column of marks where a row is marked, wide or beside an open record, and else none', () => {
  for (const width of [1_200, 560]) {
    expect(keysOf(width, undefined).map(({ key }) => key)).not.toContain('marks')
    const column = keysOf(width, 'Frozen').find(({ key }) => key === 'marks')
    render(<p>{column?.render({ marks: [mark] } as unknown as QueueRow)}</p>)
    expect(screen.getByTitle(mark.text).textContent).toContain('Frozen')
    cleanup()
  }
})

test('T-04 X-12 on a phone the mark stands in the row', () => {
  const [, card] = keysOf(390, 'Frozen')
  const row = {
    marks: [mark],
    fields: {},
    title: 'R01',
    assignee: null,
    due_at: null,
    state: 'open',
    gone: false,
  }
  render(<p>{card?.render(row as unknown as QueueRow)}</p>)
  expect(screen.getByTitle(mark.text).textContent).toContain('Frozen')
})
