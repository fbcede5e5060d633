// @vitest-environment happy-dom
import type { Entity } from '@countersign/sdk/wire/entities.ts'
import { cleanup, screen } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import { renderInConsole } from '../render-in-console.tsx'
import { RevealField } from './reveal-field.tsx'

afterEach(cleanup)

test('K-35 a field that was erased is not offered for reveal', () => {
  const personal = [
    { path: 'name', shown: '', erased_at: '2026-11-20T09:00:00Z' },
    { path: 'iban', shown: '•••• 4471' },
  ]
  const entity: Entity = {
    ...{ kind: 'party', id: 'p_1', version: '1', fresh_at: '2026-11-20T09:00:00Z', stale: false },
    ...{ title: 'A••••', state: 'active', data: {}, affordances: [], personal },
  }
  const labels = { name: 'party.name', iban: 'party.iban' }
  renderInConsole(
    <RevealField entity={entity} input={{}} errors={{}} labels={labels} onChange={() => undefined} />,
    { answer: () => null, texts: { 'party.name': 'Name', 'party.iban': 'Account' } },
  )
  expect(screen.getAllByRole('option').map(({ textContent }) => textContent)).toEqual([
    'Choose…',
    'Account · •••• 4471',
  ])
})
