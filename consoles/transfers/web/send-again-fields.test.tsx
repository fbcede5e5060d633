// @vitest-environment happy-dom
import type { Entity } from '@countersign/sdk/wire/entities.ts'
import { renderInConsole } from '@countersign/web-kit/render-in-console.tsx'
import { cleanup, screen } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import { SendAgainFields } from './send-again-fields.tsx'
import texts from './transfers.messages.en.json'

const returned = (correctable: boolean): Entity => ({
  ...{ kind: 'transfer', id: 'tr_1', version: 3, fresh_at: '2026-11-20T09:00:00Z', stale: false },
  ...{ title: '12.00 USD', state: 'return received', affordances: [] },
  data: { rail: 'ach', receiver: { account: '••••4471' }, return: { code: 'R03', correctable } },
})
const draw = (correctable: boolean) =>
  renderInConsole(
    <SendAgainFields entity={returned(correctable)} input={{}} errors={{}} onChange={() => undefined} />,
    { answer: () => null, texts },
  )

afterEach(cleanup)

test('T-03 an account is asked for only where the account was wrong', () => {
  draw(true)
  expect(screen.getByLabelText('Account')).toBeTruthy()
  cleanup()
  draw(false)
  expect(screen.queryByLabelText('Account')).toBeNull()
})
