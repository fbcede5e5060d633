// @vitest-environment happy-dom
import type { Approval, PendingRequest } from '@countersign/sdk/wire/approvals.ts'
import { useQuery } from '@tanstack/react-query'
import { cleanup, fireEvent, screen, waitFor, within } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import { backAt } from '../action-sheet/drafts.ts'
import { useClient } from '../client-context.tsx'
import { requestQuery } from '../queries.ts'
import { type Asked, renderInConsole } from '../render-in-console.tsx'
import { RequestDetail } from './request-detail.tsx'

const request = (id: string): PendingRequest => ({
  id,
  type: 'transfers.return_transfer',
  title: 'Return transfer',
  state: 'pending',
  risk: 'high',
  revision: 1,
  target: { kind: 'transfer', id: 'tr_1', title: '12,000.00 USD to Acme' },
  digest: 'sha256:00112233445566778899',
  reason: { code: 'R10', title: 'Customer says not authorised' },
  approvals: { required: 1, given: [], eligible_roles: ['transfers/ADMIN'] },
  requested_by: { id: 'ann', name: 'Ann' },
  created_at: '2026-11-21T09:00:00Z',
  current_preview: { summary: 'The money goes back.', changes: [], effects: [] },
  drift: [],
})

/** A request that waits for the person of this console. `answers`: to each decision in turn, null for none. */
function open(of: PendingRequest, answers: (Response | null)[], more: Partial<Approval> = {}) {
  const approval: Approval = { ...of, can_approve: true, ...more }
  const { asked } = renderInConsole(<RequestDetail request={of} approval={approval} heading="h1" />, {
    answer: ({ method }: Asked) => {
      if (method === 'GET') return Response.json(of)
      const answer = answers.shift()
      if (answer === undefined) throw new Error('the test gave no further answer')
      return answer
    },
  })
  return () => asked.filter(({ method }) => method === 'POST')
}
const authorized = (of: PendingRequest) => Response.json({ ...of, state: 'authorized' })
const approveByKey = (at: Element = document.body) => fireEvent.keyDown(at, { key: 'Enter', ctrlKey: true })
const typeNote = (text: string) => {
  const field = screen.getByLabelText<HTMLTextAreaElement>('Note of your approval')
  field.focus()
  fireEvent.change(field, { target: { value: text } })
  return field
}

afterEach(() => {
  cleanup()
  sessionStorage.clear()
})

test('C-06 X-05 an approval carries the note that was typed, sent by key from the note itself; without one there is none', async () => {
  const one = request('req_note')
  const sent = open(one, [authorized(one)])
  approveByKey(typeNote(' I called them. '))
  await waitFor(() => expect(sent()).toHaveLength(1))
  expect(sent().map(({ path, body }) => ({ path, body }))).toEqual([
    {
      path: '/v1/requests/req_note/approve',
      body: { digest: one.digest, note: 'I called them.' },
    },
  ])
  cleanup()
  const other = request('req_no_note')
  const silent = open(other, [authorized(other)])
  approveByKey()
  await waitFor(() => expect(silent()).toHaveLength(1))
  expect(silent()[0]?.body).toEqual({ digest: other.digest })
})

/** The request as its page reads it, and reads it anew. */
function Read({ id, approval }: { id: string; approval: Approval }) {
  const { data } = useQuery(requestQuery(useClient(), id))
  return data === undefined ? null : <RequestDetail request={data} approval={approval} heading="h1" />
}

test('K-40 C-06 an approval names what was on the screen; where that is another by then, the new one is shown and the note is kept', async () => {
  const one = { ...request('req_moved'), preview_digest: 'sha256:first' }
  const moved = {
    ...one,
    preview_digest: 'sha256:second',
    current_preview: { summary: 'Less goes back.', changes: [], effects: [] },
  }
  const stale = {
    ...{ type: 'about:blank', title: 'No', status: 409, code: 'preview_stale' },
    detail: 'What this would do has changed since you were shown it.',
  }
  const answers = [
    Response.json(stale, { status: 409, headers: { 'content-type': 'application/problem+json' } }),
    authorized(one),
  ]
  const approval: Approval = { ...one, can_approve: true }
  const { asked } = renderInConsole(<Read id={one.id} approval={approval} />, {
    answer: ({ method, path }: Asked) => {
      if (method === 'POST') return answers.shift() ?? null
      if (path !== `/v1/requests/${one.id}`) return Response.json({ actions: [] })
      return Response.json(answers.length === 2 ? one : moved)
    },
  })
  const sent = () => asked.filter(({ method }) => method === 'POST')
  await screen.findByText('The money goes back.')
  approveByKey(typeNote('I called them.'))
  await screen.findByText(/has changed since you were shown it/)
  await screen.findByText('Less goes back.')
  expect(screen.getByLabelText<HTMLTextAreaElement>('Note of your approval').value).toBe('I called them.')
  approveByKey()
  await waitFor(() => expect(sent()).toHaveLength(2))
  expect(sent().map(({ body }) => body)).toEqual([
    { digest: one.digest, preview_digest: 'sha256:first', note: 'I called them.' },
    { digest: one.digest, preview_digest: 'sha256:second', note: 'I called them.' },
  ])
})

test('X-05 nobody agrees before what it would do is on the screen', async () => {
  const { current_preview: _, ...unread } = request('req_unread')
  const sent = open(unread, [])
  approveByKey()
  await screen.findByText('What it would do now is being read.', { selector: '[role="status"]' })
  expect(sent()).toEqual([])
})

test('X-05 a note is there again when the request is, also after signing in anew on the way', async () => {
  const one = request('req_kept')
  const challenge = {
    ...{ type: 'about:blank', title: 'No', status: 401, code: 'insufficient_user_authentication' },
    max_age: 300,
  }
  open(one, [
    Response.json(challenge, { status: 401, headers: { 'content-type': 'application/problem+json' } }),
  ])
  approveByKey(typeNote('I called them.'))
  fireEvent.click(await screen.findByRole('button', { name: 'Sign in again' }))
  expect(backAt('nora', 'request:req_kept')).toMatchObject({ type: 'approve', form: 'I called them.' })
  cleanup()
  open(one, [])
  expect(screen.getByLabelText<HTMLTextAreaElement>('Note of your approval').value).toBe('I called them.')
})

test('X-05 the key of an approval that cannot be given says why, and no longer once it can', async () => {
  const one = request('req_barred')
  const sent = open(one, [], { can_approve: false, cannot_reason: 'You asked for it yourself.' })
  expect(screen.queryByText('You asked for it yourself.', { selector: '[role="status"]' })).toBeNull()
  approveByKey()
  await screen.findByText('You asked for it yourself.', { selector: '[role="status"]' })
  expect(sent()).toEqual([])
})

test('K-12 X-06 a rejection whose answer was lost is sent again as it was, and is drawn as no refusal', async () => {
  const one = request('req_lost')
  const rejected = Response.json({ ...one, state: 'rejected' })
  const sent = open(one, [null, null, null, rejected])
  fireEvent.click(screen.getByRole('button', { name: 'Reject' }))
  const dialog = within(screen.getByRole('dialog'))
  fireEvent.change(dialog.getByLabelText('Reason'), { target: { value: 'Not theirs.' } })
  approveByKey()
  const again = await dialog.findByRole('button', { name: /Send again/ }, { timeout: 6_000 })
  expect(dialog.getByText(/Sending again is safe/)).toBeTruthy()
  fireEvent.click(again)
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
  expect(new Set(sent().map(({ key, body }) => JSON.stringify([key, body]))).size).toBe(1)
  expect(sent()).toHaveLength(4)
})

test('K-16 K-30 what is hidden is opened before it is agreed to: until then nothing is sent, and with it the request is read again', async () => {
  const personal = [{ path: 'input.account', title: 'Account', shown: '••••1234' }]
  const reveal = {
    ...{ action: 'kernel.reveal_request', title: 'Open personal data', approvals: 0, allowed: true },
  }
  const hidden = {
    ...request('req_hidden'),
    ...{ personal, affordances: [reveal], to_open: ['input.account'] },
  }
  const page = () => <Read id={hidden.id} approval={{ ...hidden, can_approve: true }} />
  const { asked } = renderInConsole(page(), {
    answer: ({ path }: Asked) =>
      path.endsWith('/revealed') ? Response.json({ fields: [] }) : Response.json(hidden),
  })
  const posts = () => asked.filter(({ method }) => method === 'POST')
  await screen.findByText('••••1234')
  approveByKey()
  expect(screen.getAllByText(/Open its personal data first/).length).toBeGreaterThan(0)
  expect(posts()).toEqual([])
  cleanup()

  let readings = 0
  const again = renderInConsole(page(), {
    answer: ({ method, path }: Asked) => {
      const until = new Date(Date.now() + 60_000).toISOString()
      if (path.endsWith('/revealed')) {
        return Response.json({ fields: [{ path: 'input.account', value: '770099881234', until }] })
      }
      if (method === 'POST') return authorized(hidden)
      const { to_open, ...seen } = hidden
      // The first reading was made before it was opened.
      readings += 1
      return Response.json(readings === 1 ? hidden : seen)
    },
  })
  await screen.findByText('770099881234')
  await waitFor(() => expect(screen.queryByText(/Open its personal data first/)).toBeNull())
  approveByKey()
  await waitFor(() => expect(again.asked.filter(({ method }) => method === 'POST')).toHaveLength(1))
})
