// @vitest-environment happy-dom
import type { Entity } from '@countersign/sdk/wire/entities.ts'
import { renderInConsole } from '@countersign/web-kit/render-in-console.tsx'
import { cleanup, screen } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import { partyView } from './party-view.tsx'
import texts from './transfers.messages.en.json'

const born = { path: 'date_of_birth', shown: '1950-••-••' }
const party: Entity = {
  ...{ kind: 'party', id: 'pty_1', version: 1, fresh_at: '2026-11-20T09:00:00Z', stale: false },
  ...{ title: 'N. L••••', state: 'active', affordances: [] },
  data: { kind: 'person', date_of_birth: '1950-••-••' },
}

afterEach(cleanup)

function draw(personal: Entity['personal']) {
  const { Body } = partyView
  if (Body === undefined) throw new Error('the view has no body')
  renderInConsole(<Body entity={{ ...party, personal }} />, { answer: () => Response.json({}), texts })
}

test('K-35 once a date of birth was erased here, nothing of it is shown beside that', () => {
  draw([born])
  expect(screen.getByText('1950-••-••')).toBeTruthy()
  cleanup()
  draw([{ ...born, erased_at: '2026-11-20T08:00:00Z' }])
  expect(screen.queryByText('1950-••-••')).toBeNull()
})
