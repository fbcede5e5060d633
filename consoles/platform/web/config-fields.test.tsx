// @vitest-environment happy-dom
import type { Entity } from '@countersign/sdk/wire/entities.ts'
import { KnownKinds } from '@countersign/web-kit/entity-link.tsx'
import { renderInConsole } from '@countersign/web-kit/render-in-console.tsx'
import { cleanup, fireEvent, screen } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import { changeConfigForm, rollBackConfigForm } from './config-fields.tsx'
import { configView } from './config-view.tsx'
import texts from './platform.messages.en.json'
import { userView } from './user-view.tsx'

const setting = (value: unknown, schema: object): Entity => ({
  ...{ kind: 'config', id: 'webhook_attempts', version: '2', fresh_at: '2026-11-20T09:00:00Z', stale: false },
  ...{ title: 'webhook_attempts', state: 'active', affordances: [] },
  data: {
    ...{ config_value: value, schema, description: 'How often', category: 'thresholds', version: 2 },
    history: [
      { version: 2, value, changed_by: 'ops-1', changed_at: '2026-11-20T09:00:00Z' },
      { version: 1, value: 8, changed_by: null, changed_at: '2026-11-19T09:00:00Z' },
    ],
  },
})

afterEach(cleanup)

/** What is asked for once this was typed as the value. */
function typed(entity: Entity, text: string): unknown {
  const { Fields, prefill } = changeConfigForm
  if (!Fields) throw new Error('the form has no fields')
  let input = prefill?.(entity, 'me').input ?? {}
  renderInConsole(
    <Fields
      {...{ entity, input, errors: {} }}
      onChange={(next) => {
        input = next
      }}
    />,
    { answer: () => null, texts },
  )
  fireEvent.change(screen.getByLabelText('Value'), { target: { value: text } })
  cleanup()
  return input.value
}

test('P-08 what is typed as a value is sent in the form that its key has', () => {
  expect(typed(setting(9, { type: 'integer', min: 1, max: 20 }), '12')).toBe(12)
  expect(typed(setting(9, { type: 'integer', min: 1, max: 20 }), 'a few')).toBe('a few')
  expect(typed(setting('5s', { type: 'duration', min: '1s', max: '30s' }), ' 10 ')).toBe('10')
  expect(typed(setting(true, { type: 'boolean' }), 'false')).toBe(false)
  expect(typed(setting('wide', { type: 'enum', allowed: ['wide', 'steps'] }), 'steps')).toBe('steps')
  expect(typed(setting(true, { type: 'flag' }), '{"enabled": true, "percent": 10}')).toEqual({
    enabled: true,
    percent: 10,
  })
})

test('P-08 a version to go back to is one of those before', () => {
  const entity = setting(9, { type: 'integer', min: 1, max: 20 })
  const { Fields, prefill } = rollBackConfigForm
  if (!Fields) throw new Error('the form has no fields')
  // Why it is taken back is for whoever does it to say.
  expect(prefill?.(entity, 'me')).toEqual({ input: { version: 1 } })
  renderInConsole(<Fields {...{ entity, input: {}, errors: {}, onChange: () => undefined }} />, {
    ...{ answer: () => null, texts },
  })
  expect(screen.getAllByRole('option').map(({ textContent }) => textContent)).toEqual(['1: 8'])
})

test('P-08 the page says what a key is set to, what for, and who has set it', () => {
  const { Body } = configView
  if (!Body) throw new Error('the page has no body')
  renderInConsole(<Body entity={setting(9, { type: 'integer' })} />, { answer: () => null, texts })
  expect(screen.getByText('How often')).toBeTruthy()
  expect(screen.getByText(/by ops-1/)).toBeTruthy()
  expect(screen.getByText(/as delivered/)).toBeTruthy()
})

test('P-07 the page of a user says the role, and where it is changed', () => {
  const user: Entity = {
    ...{ kind: 'user', id: 'user-456', version: '1', fresh_at: '2026-11-20T09:00:00Z', stale: false },
    ...{ title: 'user-456', state: 'pending', affordances: [] },
    data: { username: 'user-456', role: null, last_login_at: null, created_by: 'admin-123' },
  }
  const { Body, Foremost } = userView
  if (!Body || !Foremost) throw new Error('the page has no body')
  renderInConsole(
    <KnownKinds kinds={new Set(['person'])}>
      <Foremost entity={user} />
      <Body entity={user} />
    </KnownKinds>,
    { answer: () => null, texts },
  )
  expect(screen.getByText('admin-123')).toBeTruthy()
  expect(screen.getByText('never')).toBeTruthy()
  expect(screen.getByRole('link', { name: /Role, sessions/ }).getAttribute('href')).toContain(
    'person/user-456',
  )
})
