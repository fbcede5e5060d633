// @vitest-environment happy-dom
import type { ActionDeclaration } from '@countersign/sdk/wire/actions.ts'
import type { Queue } from '@countersign/sdk/wire/queues.ts'
import { cleanup, screen } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import { renderInConsole } from '../render-in-console.tsx'
import CorrectionsDialog from './corrections-dialog.tsx'

const queue: Queue = {
  name: 'transfers.returns',
  console: 'transfers',
  title: 'Returns',
  columns: [],
  actions: ['transfers.return_transfer', 'transfers.reveal'],
  count: { value: 0, exact: true },
  oldest_at: null,
}
const declared = (type: string, title: string, bulk: boolean): ActionDeclaration => ({
  type,
  title,
  console: 'transfers',
  risk: 'high',
  moves_money: true,
  bulk,
  input_schema: { type: 'object', properties: {} },
  target_kind: 'transfer',
  reasons: ['R01', 'R02', 'R03', 'R04'].map((code) => ({ code, title: `Title of ${code}` })),
  doors: [],
})

afterEach(cleanup)

test('K-26 the dialog of a list that comes back says what is to be written into it', async () => {
  const actions = [
    declared('transfers.return_transfer', 'Return transfer', true),
    declared('transfers.reveal', 'Reveal', false),
  ]
  renderInConsole(<CorrectionsDialog queue={queue} onClose={() => undefined} />, {
    answer: () => Response.json({ actions }),
  })
  const written = await screen.findByText(/Return transfer/)
  expect(written.textContent).toContain('R01, R02, R03')
  expect(screen.queryByText(/Reveal/)).toBeNull()
})
