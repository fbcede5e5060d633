// @vitest-environment happy-dom
import type { Entity } from '@countersign/sdk/wire/entities.ts'
import { renderInConsole } from '@countersign/web-kit/render-in-console.tsx'
import { cleanup, screen } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import { refusedFileView } from './refused-file-view.tsx'
import texts from './transfers.messages.en.json'

afterEach(cleanup)

test('T-11 the page of a refused file says what is wrong with it, and where', () => {
  const { Body } = refusedFileView
  if (Body === undefined) throw new Error('the view has no body')
  const entity: Entity = {
    ...{ kind: 'refused_file', id: 'ab', version: 1, fresh_at: '2026-11-20T09:00:00Z', stale: false },
    ...{ title: 'Refused file ab…', state: 'refused', affordances: [] },
    data: { format: 'nacha', errors: 1, line: 1, column: 1, message: 'The file is empty.', times: 1 },
  }
  renderInConsole(<Body entity={entity} />, { answer: () => null, texts })
  expect(screen.getByText('First fault').nextElementSibling?.textContent).toBe(
    'The file is empty. · line 1, column 1',
  )
})

test('T-11 where only the line of the fault is known, no column is named', () => {
  const { Body } = refusedFileView
  if (Body === undefined) throw new Error('the view has no body')
  const entity: Entity = {
    ...{ kind: 'refused_file', id: 'ab', version: 1, fresh_at: '2026-11-20T09:00:00Z', stale: false },
    ...{ title: 'Refused file ab…', state: 'refused', affordances: [] },
    data: { format: 'camt', errors: 1, line: 1, message: 'The file is not XML.', times: 1 },
  }
  renderInConsole(<Body entity={entity} />, { answer: () => null, texts })
  expect(screen.getByText('First fault').nextElementSibling?.textContent).toBe(
    'The file is not XML. · line 1',
  )
})
