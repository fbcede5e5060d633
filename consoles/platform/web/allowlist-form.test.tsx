// @vitest-environment happy-dom
import type { Entity } from '@countersign/sdk/wire/entities.ts'
import { renderInConsole } from '@countersign/web-kit/render-in-console.tsx'
import { cleanup, fireEvent, screen } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import { allowlistForm } from './allowlist-form.tsx'
import texts from './edge.messages.en.json'

afterEach(cleanup)

const OFFICE = { name: 'Office', cidr: '203.0.113.0/24' }
const VISITOR = { name: 'Visitor', cidr: '2001:db8::/64', expires_at: '2026-12-01T10:00:00Z' }
const list = (entries: object[]): Entity => ({
  ...{ kind: 'allowlist', id: 'al_1', version: 2, fresh_at: '2026-11-23T10:00:30Z', stale: false },
  ...{ title: 'Allowlist', state: 'active', affordances: [], data: { entries } },
})

function draw(input: Record<string, unknown>, errors: Record<string, string> = {}) {
  const { Fields } = allowlistForm
  if (Fields === undefined) throw new Error('the form has no fields')
  const given: Record<string, unknown>[] = []
  renderInConsole(
    <Fields entity={list([])} input={input} errors={errors} onChange={(next) => given.push(next)} />,
    { answer: () => Response.json({}), texts },
  )
  return given
}

test('P-06 it begins with the list as it is, or with a line to fill in', () => {
  const withNull = { ...OFFICE, expires_at: null }
  expect(allowlistForm.prefill?.(list([withNull, VISITOR]), 'nora').input).toEqual({
    entries: [OFFICE, VISITOR],
  })
  expect(allowlistForm.prefill?.(list([]), 'nora').input).toEqual({ entries: [{}] })
})

test('P-06 X-06 a line is changed, added and removed, and each refusal stands at its field', () => {
  const given = draw(
    { entries: [OFFICE, VISITOR] },
    { 'entries.1.cidr': 'must not overlap', entries: 'must not overlap' },
  )
  fireEvent.change(screen.getByLabelText(/^Network 1(?! lets)/), { target: { value: '198.51.100.0/24' } })
  expect(given.at(-1)).toEqual({ entries: [{ ...OFFICE, cidr: '198.51.100.0/24' }, VISITOR] })
  fireEvent.change(screen.getByLabelText(/^Name of network 2/), { target: { value: '' } })
  expect(given.at(-1)).toEqual({
    entries: [OFFICE, { cidr: VISITOR.cidr, expires_at: VISITOR.expires_at }],
  })
  fireEvent.click(screen.getByRole('button', { name: 'Remove network 1' }))
  expect(given.at(-1)).toEqual({ entries: [VISITOR] })
  fireEvent.click(screen.getByRole('button', { name: 'Add a network' }))
  expect(given.at(-1)).toEqual({ entries: [OFFICE, VISITOR, {}] })
  expect(screen.getAllByText('must not overlap')).toHaveLength(1)
  cleanup()
  draw({ entries: [OFFICE] }, { entries: 'must let in the address' })
  expect(screen.getByRole('alert').textContent).toBe('must let in the address')
})
