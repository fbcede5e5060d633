// @vitest-environment happy-dom
import type { Entity } from '@countersign/sdk/wire/entities.ts'
import { renderInConsole } from '@countersign/web-kit/render-in-console.tsx'
import { cleanup, screen } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import { DishonourFields } from './dishonour-fields.tsx'
import texts from './transfers.messages.en.json'

const returned: Entity = {
  ...{ kind: 'transfer', id: 'tr_1', version: 3, fresh_at: '2026-11-20T09:00:00Z', stale: false },
  ...{ title: '12.00 USD', state: 'return received', affordances: [], data: {} },
}
const draw = (reason: string, input: Record<string, unknown> = {}) =>
  renderInConsole(
    <DishonourFields
      entity={returned}
      reason={reason}
      input={input}
      errors={{}}
      onChange={() => undefined}
    />,
    { answer: () => null, texts },
  )
const field = () => screen.queryByLabelText('What is wrong in the return')

afterEach(cleanup)

test('T-03 what is wrong in a return is asked for with R69 alone, and is required then', () => {
  draw('R68')
  expect(field()).toBeNull()
  cleanup()
  draw('R69')
  expect(field()?.getAttribute('aria-required')).toBe('true')
})

test('T-03 what was named for R69 stays in sight with another reason, so that it can be taken out', () => {
  draw('R61', { incorrect_field: 'amount' })
  expect((field() as HTMLSelectElement | null)?.value).toBe('amount')
})
