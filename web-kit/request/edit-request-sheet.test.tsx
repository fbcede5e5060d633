// @vitest-environment happy-dom
import type { ActionDeclaration } from '@countersign/sdk/wire/actions.ts'
import type { PendingRequest } from '@countersign/sdk/wire/approvals.ts'
import { cleanup, fireEvent, screen, waitFor, within } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import { backAt } from '../action-sheet/drafts.ts'
import { type Asked, renderInConsole } from '../render-in-console.tsx'
import { RequestDetail } from './request-detail.tsx'

const action: ActionDeclaration = {
  type: 'transfers.return_transfer',
  title: 'Return transfer',
  console: 'transfers',
  risk: 'high',
  moves_money: true,
  input_schema: { type: 'object', properties: { case_number: { type: 'string', maxLength: 20 } } },
  target_kind: 'transfer',
  reasons: [
    { code: 'R01', title: 'Insufficient funds' },
    { code: 'R10', title: 'Not authorised', note_required: true },
  ],
  doors: [],
}
const voided: PendingRequest = {
  id: 'req_1',
  type: action.type,
  title: 'Return transfer',
  state: 'pending',
  risk: 'high',
  revision: 1,
  target: { kind: 'transfer', id: 'tr_1', title: 'To Acme' },
  digest: 'sha256:00112233445566778899',
  input: { case_number: 'C-17' },
  reason: { code: 'R10', title: 'Not authorised', note: 'They called.' },
  approvals: { required: 2, given: [], eligible_roles: ['transfers/ADMIN'] },
  requested_by: { id: 'nora', name: 'Nora Lindqvist' },
  created_at: '2026-11-21T09:00:00Z',
  current_preview: { summary: 'The money goes back.', changes: [], effects: [] },
  drift: [{ label: 'Balance', was: '40 210', now: '12' }],
  target_changed: true,
  drift_allowed: false,
}

function open(request: PendingRequest, edited: () => Response, of = action) {
  return renderInConsole(<RequestDetail request={request} approval={undefined} heading="h1" />, {
    answer: ({ path, body }: Asked) => {
      if (path.endsWith('/edit')) return edited()
      if (path.endsWith('/preview')) {
        const { input } = body as { input: { case_number: string } }
        return Response.json({
          ...{ summary: `Case ${input.case_number} sends it back.`, changes: [], effects: [] },
          preview_digest: `digest of ${input.case_number}`,
          approvals: { required: 2, eligible_roles: [], expires_in_s: 60, eligible_people: [] },
          fresh_at: '2026-11-21T09:30:00Z',
        })
      }
      if (path === '/v1/actions') return Response.json({ actions: [of] })
      if (path.endsWith('/rows')) return Response.json({ ...request.bulk, rows: [], next_cursor: null })
      return Response.json(request)
    },
  })
}
const problem = (status: number, more: object) =>
  Response.json(
    { type: 'about:blank', title: 'No', status, detail: 'It is refused.', ...more },
    { status, headers: { 'content-type': 'application/problem+json' } },
  )

afterEach(() => {
  cleanup()
  sessionStorage.clear()
})

test('K-40 whoever asked for what has drifted too far asks again, beginning with what was asked', async () => {
  const { asked } = open(voided, () => Response.json({ ...voided, revision: 2, target_changed: false }))
  fireEvent.click(await screen.findByRole('button', { name: 'Ask again' }))
  expect(screen.getByText(/Signatures given so far are void/)).toBeTruthy()
  expect(screen.getByLabelText<HTMLInputElement>('Case number').value).toBe('C-17')
  fireEvent.change(screen.getByLabelText('Case number'), { target: { value: 'C-18' } })
  fireEvent.change(screen.getByLabelText('Note'), { target: { value: 'They called twice.' } })
  // K-15: what is confirmed is what stands there, and not what was asked before.
  await screen.findByText('Case C-18 sends it back.')
  expect(within(screen.getByRole('dialog')).queryByText(/The money goes back/)).toBeNull()
  fireEvent.keyDown(document.body, { key: 'Enter', ctrlKey: true })
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
  expect(asked.find(({ path }) => path.endsWith('/preview'))?.body).toMatchObject({ revises: 'req_1' })
  const [sent] = asked.filter(({ path }) => path.endsWith('/edit'))
  expect(sent).toMatchObject({
    path: '/v1/requests/req_1/edit',
    body: {
      input: { case_number: 'C-18' },
      reason: { code: 'R10', note: 'They called twice.' },
      preview_digest: 'digest of C-18',
    },
  })
  expect(sent?.key).toMatch(/^[0-9a-f-]{36}$/)
})

test('K-05 a session that is over in the middle of it is begun anew, and what was typed is found again', async () => {
  open({ ...voided, id: 'req_2' }, () => problem(401, {}))
  fireEvent.click(await screen.findByRole('button', { name: 'Edit…' }))
  fireEvent.change(screen.getByLabelText('Note'), { target: { value: 'worth keeping' } })
  await screen.findByText('Case C-17 sends it back.')
  fireEvent.click(within(screen.getByRole('dialog')).getByRole('button', { name: /Ask again/ }))
  fireEvent.click(await screen.findByRole('button', { name: 'Sign in again' }))
  expect(backAt('nora', 'request:req_2')).toMatchObject({ type: 'edit', form: { note: 'worth keeping' } })
})

test.each([
  ['somebody else’s', { requested_by: { id: 'amara', name: 'Amara Okafor' } }, action],
  ['over many records', { bulk: { count: 2, counts: { waiting: 2 } } }, action],
  [
    'one whose input is a list',
    {},
    { ...action, input_schema: { properties: { rules: { type: 'array', items: {} } } } } as ActionDeclaration,
  ],
])('K-40 a request is not edited that is %s', async (_, more, of) => {
  open({ ...voided, ...more } as PendingRequest, () => problem(409, {}), of)
  await screen.findByText(/The money goes back/)
  await new Promise((done) => setTimeout(done, 0))
  expect(screen.queryByRole('button', { name: 'Edit…' })).toBeNull()
})
