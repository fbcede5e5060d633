// @vitest-environment happy-dom
import type { Entity } from '@countersign/sdk/wire/entities.ts'
import { renderInConsole } from '@countersign/web-kit/render-in-console.tsx'
import { cleanup, screen } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import { deadLetterView } from './dead-letter-view.tsx'
import texts from './system.messages.en.json'

afterEach(cleanup)

test('K-23 X-08 the shape of a dead letter reads from left to right whichever way the page does', () => {
  const { Body } = deadLetterView
  if (Body === undefined) throw new Error('the view has no body')
  const entity: Entity = {
    ...{ kind: 'dead_letter', id: 'dl_1', version: 1, fresh_at: '2026-11-20T09:00:00Z', stale: false },
    ...{ title: 'cts: no type', state: 'waiting', affordances: [] },
    data: {
      ...{ error: 'it has no type', waiting: 1, replayed: 0, discarded: 0, times: 1, tried: 0, single: true },
      ...{ first_at: '2026-11-20T09:00:00Z', last_at: '2026-11-20T09:00:00Z', shape: { id: 'text' } },
    },
  }
  renderInConsole(<Body entity={entity} />, { answer: () => null, texts })
  expect(screen.getByText(/"id": "text"/).dir).toBe('ltr')
})
