// @vitest-environment happy-dom
import type { Entity } from '@countersign/sdk/wire/entities.ts'
import { zone } from '@countersign/web-kit/preferences.ts'
import { renderInConsole } from '@countersign/web-kit/render-in-console.tsx'
import { cleanup, fireEvent, screen } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'
import texts from './people.messages.en.json'
import { grantRoleForm } from './role-fields.tsx'

const person: Entity = {
  kind: 'person',
  id: 'mei',
  version: '1',
  fresh_at: '2026-11-20T09:00:00Z',
  stale: false,
  title: 'Mei Lin',
  state: 'active',
  data: {},
  affordances: [],
}

afterEach(() => {
  cleanup()
  vi.unstubAllEnvs()
})

test('X-09 until when a role is held is said in the chosen zone', () => {
  vi.stubEnv('TZ', 'America/New_York')
  zone.write('local')
  const { Fields } = grantRoleForm
  if (Fields === undefined) throw new Error('the form has no fields')
  let input: Record<string, unknown> = {}
  renderInConsole(<Fields entity={person} input={input} errors={{}} onChange={(next) => (input = next)} />, {
    answer: () => null,
    texts,
  })
  fireEvent.change(screen.getByLabelText('Until'), { target: { value: '2026-07-15T09:00' } })
  expect(input).toEqual({ expires_at: '2026-07-15T13:00:00.000Z' })
})
