// @vitest-environment happy-dom
import type { Entity } from '@countersign/sdk/wire/entities.ts'
import { renderInConsole } from '@countersign/web-kit/render-in-console.tsx'
import { cleanup, fireEvent, screen } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import texts from './transfers.messages.en.json'
import { writeOffForm } from './write-off-form.tsx'

afterEach(cleanup)

const REASON = 'At most 100.00 USD is written off; this is 1\u202f528.52 USD.'
const entity = (allowed: boolean): Entity => ({
  ...{ kind: 'exception', id: 'exc_1', version: '1', fresh_at: '2026-11-20T09:00:00Z', stale: false },
  ...{ title: 'Statement line', state: 'open' },
  affordances: [
    {
      ...{ action: 'transfers.write_off_exception', title: 'Write off', tone: 'danger', allowed },
      ...(allowed ? {} : { reason: REASON }),
    } as Entity['affordances'][number],
  ],
  data: {
    write_off_accounts: [
      { code: 'bank_charges', title: 'bank charges' },
      { code: 'rounding', title: 'rounding differences' },
    ],
  },
})

function draw(allowed: boolean) {
  let sent: Record<string, unknown> = {}
  const { Fields } = writeOffForm
  if (Fields === undefined) throw new Error('the form has no fields of its own')
  const keep = (input: Record<string, unknown>) => {
    sent = input
  }
  renderInConsole(<Fields entity={entity(allowed)} input={{}} errors={{}} onChange={keep} />, {
    answer: () => null,
    texts,
  })
  return () => sent
}

test('T-05 the accounts are called as the server calls them, and the chosen one is asked for', () => {
  const sent = draw(true)
  expect(screen.getAllByRole('radio')).toHaveLength(2)
  fireEvent.click(screen.getByRole('radio', { name: 'Rounding differences' }))
  expect(sent()).toEqual({ account: 'rounding' })
  expect(document.body.textContent).not.toContain('At most')
})

test('T-05 what is over the limit is told before an account is chosen, its amounts as everywhere on the screen', () => {
  draw(false)
  expect(document.body.textContent).toContain('At most 100.00 USD is written off; this is 1,528.52 USD.')
})
