// @vitest-environment happy-dom
import { createClient } from '@countersign/sdk/client.ts'
import type { Approval, PendingRequest } from '@countersign/sdk/wire/approvals.ts'
import type { Me } from '@countersign/sdk/wire/me.ts'
import { QueryClient, QueryClientProvider, useQuery } from '@tanstack/react-query'
import {
  createMemoryHistory,
  createRootRoute,
  createRouter,
  RouterContextProvider,
} from '@tanstack/react-router'
import { act, cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, beforeAll, expect, test, vi } from 'vitest'
import catalogue from '../catalogue.en.ts'
import { ClientProvider } from '../client-context.tsx'
import { KeymapProvider } from '../keymap.tsx'
import { MeProvider } from '../me-context.tsx'
import { startMessages } from '../messages.ts'
import { RequestDetail } from './request-detail.tsx'

const me: Me = {
  person: { id: 'amara', name: 'Amara Okafor' },
  roles: ['transfers/ADMIN'],
  consoles: [],
  permissions: ['requests:read'],
  session: { expires_at: '2026-11-21T18:00:00Z', kind: 'session' },
  language: 'en',
}
const request: PendingRequest = {
  id: 'req_1',
  type: 'transfers.return_transfer',
  title: 'Return transfer',
  state: 'pending',
  risk: 'high',
  revision: 1,
  target: { kind: 'transfer', id: 'tr_1', title: '12,000.00 USD to Acme' },
  digest: 'sha256:00112233445566778899',
  reason: { code: 'R10', title: 'Customer says not authorised', note: 'They called.' },
  approvals: { required: 1, given: [], eligible_roles: ['transfers/ADMIN'] },
  eligible_people: [{ id: 'amara', name: 'Amara Okafor' }],
  requested_by: { id: 'nora', name: 'Nora Lindqvist' },
  created_at: '2026-11-21T09:00:00Z',
  current_preview: { summary: 'The money goes back.', changes: [], effects: [] },
  drift: [],
}
const approval: Approval = { ...request, can_approve: true }

/** The page as it follows the request: what the query holds is what is shown. */
function Page({ viewer, shown, can }: { viewer: Me; shown: PendingRequest; can: Approval | undefined }) {
  const { data } = useQuery({ queryKey: ['request', shown.id], queryFn: () => shown, initialData: shown })
  return (
    <MeProvider me={viewer}>
      <RequestDetail request={data} approval={can} heading="h1" />
    </MeProvider>
  )
}

let queries: QueryClient

function open(
  shown: PendingRequest,
  viewer = me,
  can: Approval | undefined = approval,
  answered: object = {},
) {
  const sent: string[] = []
  // What the server answers a decision with: the request as it now stands, and nothing reckoned anew.
  const { current_preview: _preview, drift: _drift, ...answer } = shown
  const client = createClient({
    transport: async (url) => {
      sent.push(new URL(url, 'http://localhost').pathname)
      return Response.json({ ...answer, state: 'authorized', ...answered })
    },
  })
  const router = createRouter({ routeTree: createRootRoute(), history: createMemoryHistory() })
  queries = new QueryClient({
    defaultOptions: { queries: { retry: false, staleTime: Number.POSITIVE_INFINITY } },
  })
  render(
    <QueryClientProvider client={queries}>
      <ClientProvider client={client}>
        <KeymapProvider>
          <RouterContextProvider router={router}>
            <Page viewer={viewer} shown={shown} can={can} />
          </RouterContextProvider>
        </KeymapProvider>
      </ClientProvider>
    </QueryClientProvider>,
  )
  return sent
}

beforeAll(() => {
  startMessages('en', catalogue)
})
afterEach(cleanup)

test('X-05 an approver reads what it is about, how risky it is and why, without a code alone', () => {
  open(request)
  expect(screen.getByRole('heading', { level: 1 }).textContent).toBe('Return transfer: 12,000.00 USD to Acme')
  // What somebody wrote is apart from what stands around it, whichever way its letters run.
  const note = screen.getByText('They called.')
  expect(note.tagName).toBe('BDI')
  expect(note.parentElement?.textContent).toBe('R10 · Customer says not authorised · They called.')
  expect(screen.getByText('high')).toBeTruthy()
})

test('X-05 while a decision is written, what the request does stays on the page', async () => {
  open(request)
  fireEvent.click(screen.getByText('Approve'))
  await screen.findByText('Authorised')
  expect(screen.getByText('The money goes back.')).toBeTruthy()
})

test('X-05 what came to nothing would have done it, what was carried out did it', () => {
  open({ ...request, state: 'rejected' }, me, undefined)
  expect(screen.getByText('Not done; what it was asked to do')).toBeTruthy()
  cleanup()
  open({ ...request, state: 'executed' }, me, undefined)
  expect(screen.getByText('Done, as it was confirmed')).toBeTruthy()
})

test('X-05 T-13 what was done says what whoever agreed last was shown, and not what was known when it was asked for', () => {
  const shown = (effect: string) => ({ summary: 'It comes into force.', changes: [], effects: [effect] })
  const seen = (name: string, decision: 'approve' | null, effect: string) => ({
    ...{
      by: { id: name, name },
      as: 'approver' as const,
      decision,
      revision: 1,
      at: `2026-11-21T10:0${effect.length % 10}:00Z`,
    },
    ...{ evidence: { preview: shown(effect) }, hash: 'aa', intact: true },
  })
  open({
    ...request,
    ...{
      state: 'executed',
      current_preview: null,
      evidence: { preview: shown('Who is hit is not known yet.') },
    },
    seen: [
      seen('nora', null, 'Who is hit is not known yet.'),
      seen('amara', 'approve', 'Seven are newly hit.'),
    ],
  })
  const done = screen.getByText('Done, as it was confirmed').closest('div')
  expect(done?.textContent).toContain('Seven are newly hit.')
  expect(done?.textContent).not.toContain('not known yet')
})

test('X-05 a line of what is asked for leads to the record that it names, and what waits meanwhile stands below', () => {
  open({
    ...request,
    current_preview: {
      summary: 'Every transfer stops.',
      changes: [{ label: 'For the hit', after: 'A. R•••• ~ R. A••••', to: { kind: 'hit', id: 'hit_1' } }],
      effects: [],
      at_present: ['2 transfers wait to leave now.'],
    },
  })
  expect(screen.getByText('2 transfers wait to leave now.')).toBeTruthy()
  expect(screen.getByText(/R\. A••••/)).toBeTruthy()
})

test('O-15 X-05 what has been agreed to and is not sent yet says what it waits for', () => {
  const held = (by: 'upstream_paused' | 'evidence'): PendingRequest => ({
    ...request,
    state: 'authorized',
    effect: { connector: 'cts', held_by: by },
  })
  open(held('upstream_paused'), me, undefined)
  expect(screen.getByText(/^cts is paused: it is sent once that ends\./)).toBeTruthy()
  cleanup()
  open(held('evidence'), me, undefined)
  expect(screen.getByText('It is sent once the witness has its authorisation.')).toBeTruthy()
  cleanup()
  open({ ...request, state: 'authorized', effect: { connector: 'cts' } }, me, undefined)
  expect(screen.queryByText('Waits')).toBeNull()
})

test('K-20 X-05 what is in force as an emergency is not called done before others have agreed', () => {
  const inForce: PendingRequest = { ...request, state: 'executed', emergency: { approval: 'pending' } }
  open(inForce)
  expect(screen.getByText('In force, not agreed to')).toBeTruthy()
  expect(screen.queryByText('Done')).toBeNull()
  cleanup()
  open({ ...inForce, emergency: { approval: 'rejected' } }, me, undefined)
  expect(screen.getByText('Rejected and lifted')).toBeTruthy()
  expect(screen.queryByText('Done')).toBeNull()
  cleanup()
  open({ ...inForce, emergency: { approval: 'lapsed' } }, me, undefined)
  expect(screen.getByText('Lifted, nobody agreed')).toBeTruthy()
  cleanup()
  open({ ...inForce, emergency: { approval: 'agreed' } })
  expect(screen.getByText('Done')).toBeTruthy()
})

test('K-21 X-03 of what somebody has asked to take back it is said whether it still holds', async () => {
  const done: PendingRequest = { ...request, state: 'executed', undone_by: 'req_2' }
  open(done, me, undefined, { id: 'req_2', title: 'Unfreeze', state: 'pending' })
  expect(await screen.findByText('Unfreeze')).toBeTruthy()
  expect(screen.getByText(/It still holds/).textContent).toBe(
    'It still holds. Taking it back has been asked for: Unfreeze Waiting for approval',
  )
  cleanup()
  open(done, me, undefined, { id: 'req_2', title: 'Unfreeze', state: 'executed' })
  expect(await screen.findByText('Unfreeze')).toBeTruthy()
  expect(screen.getByText(/^Taken back by/)).toBeTruthy()
})

test('K-40 that it changed while it was open is said to whoever may sign it, and not to whoever made the change', async () => {
  const edited = { ...request, digest: 'sha256:another', revision: 2 }
  const edit = () => act(async () => queries.setQueryData(['request', request.id], edited))
  open(request)
  await edit()
  expect(await screen.findByText('I have read it')).toBeTruthy()
  cleanup()
  const asker = { ...me, person: { id: 'nora', name: 'Nora Lindqvist' } }
  open(request, asker, { ...approval, can_approve: false, cannot_reason: 'You asked for it.' })
  await edit()
  await screen.findByText('revision 2')
  expect(screen.queryByText('I have read it')).toBeNull()
})

test('K-20 X-05 of an emergency in force it is said what each answer ends', () => {
  open({ ...request, state: 'executed', emergency: { approval: 'pending' } })
  for (const [answer, meaning] of [
    ['Reject', /lifted at once/],
    ['Keep in force', /still waits for approval/],
    ['Approve', /no longer ends by itself/],
  ] as const) {
    expect(screen.getByText(answer, { selector: 'li strong' }).closest('li')?.textContent).toMatch(meaning)
  }
  cleanup()
  open(request)
  expect(screen.queryByText(/no longer ends by itself/)).toBeNull()
})

test('X-05 whoever asked reads who may agree, and that it is not them', () => {
  const asker = { ...me, person: { id: 'nora', name: 'Nora Lindqvist' } }
  open(request, asker, undefined)
  expect(
    screen.getByText(/May agree: Amara Okafor, and others who are transfers\/ADMIN\. Not you/),
  ).toBeTruthy()
})

test('X-05 whoever may agree to it reads "you" for themselves, before the others', () => {
  const people = [
    { id: 'bea', name: 'Bea Brandt' },
    { id: me.person.id, name: me.person.name },
  ]
  open({ ...request, eligible_people: people })
  expect(screen.getByText(/May agree: .?you.?(, | or ).?Bea Brandt/)).toBeTruthy()
  expect(screen.queryByText(new RegExp(`May agree:.*${me.person.name}`))).toBeNull()
})

test('K-40 a signature that is void is shown as such, and is not counted', () => {
  const given = [
    { person: { id: 'bea', name: 'Bea Brandt' }, decision: 'approve', at: '2026-11-21T09:10:00Z' },
  ]
  const approvals = { required: 2, eligible_roles: ['transfers/ADMIN'] }
  open({ ...request, approvals: { ...approvals, given } })
  expect(screen.getByText(/1 of 2/)).toBeTruthy()
  cleanup()
  open({
    ...request,
    approvals: { ...approvals, given: given.map((one) => ({ ...one, void: true as const })) },
  })
  expect(screen.getByText(/0 of 2/)).toBeTruthy()
  expect(screen.getByText(/void: the record changed after that/)).toBeTruthy()
})

test('K-40 of a record that has moved too far the signatures that stand can be voided, and none is added', async () => {
  const drifted = { ...request, target_changed: true, drift_allowed: false }
  const given = [
    { person: { id: 'bea', name: 'Bea Brandt' }, decision: 'approve', at: '2026-11-21T09:10:00Z' },
  ]
  const approvals = { required: 2, eligible_roles: ['transfers/ADMIN'], given }
  const sent = open({ ...drifted, approvals })
  fireEvent.click(screen.getByText('Void the signatures'))
  await vi.waitFor(() => expect(sent).toContain('/v1/requests/req_1/approve'))
  cleanup()
  // There is none to void: whoever asked has to ask again.
  const nothing = open(drifted)
  fireEvent.click(screen.getByText('Approve'))
  expect(screen.getByText('Approve').closest('button')?.getAttribute('aria-disabled')).toBe('true')
  expect(nothing).not.toContain('/v1/requests/req_1/approve')
})

test('X-03 an amount in the title of a request is written as everywhere else on the page', () => {
  open({ ...request, target: { ...request.target, title: '8\u202f379.89 EUR to Acme' } })
  expect(screen.getByRole('heading', { level: 1 }).textContent).toContain('8,379.89')
})

test('K-13 X-05 what its requester said when they cancelled it stands on the page', () => {
  const move = { from: 'pending' as const, to: 'cancelled' as const, at: '2026-11-21T10:00:00Z' }
  const cancelled = { ...request, state: 'cancelled' as const }
  open({ ...cancelled, transitions: [{ ...move, note: 'Wrong transfer.' }] }, me, undefined)
  expect(screen.getByText('Why it was cancelled').nextElementSibling?.textContent).toBe('Wrong transfer.')
  cleanup()
  const withdrawn = { ...request, state: 'stale' as const, schedule: 'withdrawn' as const }
  open(
    { ...withdrawn, withdrawal: { by: { id: 'bea', name: 'Bea Brandt' }, note: 'They paid.' } },
    me,
    undefined,
  )
  expect(screen.getByText('Why it was cancelled').nextElementSibling?.textContent).toBe('They paid.')
})

test('K-21 what was done and has been taken back is not called done', () => {
  const done: PendingRequest = { ...request, state: 'executed', undone_by: 'req_2', undone: 'asked' }
  open(done, me, undefined)
  expect(screen.getByText('Done')).toBeTruthy()
  cleanup()
  open({ ...done, undone: 'done' }, me, undefined)
  expect(screen.getByText('Done, taken back')).toBeTruthy()
  expect(screen.queryByText('Done')).toBeNull()
})

test('K-20 who decides on an emergency is told that the same was rejected as an ordinary request before', () => {
  const rejected_before = {
    ...{ id: 'req_before', at: '2026-11-21T08:40:00Z' },
    by: { id: 'bea', name: 'Bea Brandt' },
  }
  const inForce: PendingRequest = { ...request, state: 'executed', emergency: { approval: 'pending' } }
  open(inForce)
  expect(screen.queryByText(/ordinary request/)).toBeNull()
  cleanup()
  open({ ...inForce, emergency: { approval: 'pending', rejected_before } })
  expect(screen.getByText(/ordinary request shortly before, and rejected by Bea Brandt/)).toBeTruthy()
  const link = screen.getByRole('link', { name: 'That request' })
  expect(link.getAttribute('href')).toContain('req_before')
})

test('K-20 what waits beside an emergency for the same leads to it, and is not to be asked for again', () => {
  const refused = { code: 'already_frozen', message: 'It is frozen already.', emergency: { id: 'req_now' } }
  open({ ...request, target_changed: true, refused })
  const link = screen.getByRole('link', { name: 'Open the emergency' })
  expect(link.getAttribute('href')).toContain('req_now')
  expect(screen.queryByText(/changed more than the rule allows/)).toBeNull()
})

test('K-40 of what no longer fits it is shown which line of it has changed, though it has no preview now', () => {
  const refused = { code: 'no_longer_fits', message: 'As it was asked for it can no longer be done.' }
  const drift = [{ label: 'For the hit', was: 'Acme ~ Acme Ltd', now: 'is no open hit of this party' }]
  open({ ...request, target_changed: true, drift_allowed: false, current_preview: null, refused, drift })
  expect(screen.getByText('Acme ~ Acme Ltd')).toBeTruthy()
  expect(screen.getByText('is no open hit of this party')).toBeTruthy()
})

test('K-20 of an emergency that had no effect it is said that it was never in force', () => {
  open({ ...request, state: 'stale', emergency: { approval: 'no_effect' } }, me, undefined)
  expect(screen.getByText(/never in force/)).toBeTruthy()
  expect(screen.queryByText('In force, not agreed to')).toBeNull()
})

test('K-20 the history of an emergency ends with who rejected it and that it was lifted', () => {
  const transitions = [
    {
      from: 'dispatching' as const,
      to: 'executed' as const,
      at: '2026-11-21T09:00:05Z',
      actor: 'system:dispatcher',
    },
  ]
  const over: PendingRequest = {
    ...request,
    state: 'executed',
    transitions,
    emergency: {
      ...{
        approval: 'rejected',
        ended_at: '2026-11-21T09:30:00Z',
        ended_by: { id: 'bea', name: 'Bea Brandt' },
      },
      ...{ lifted_by: 'req_lift', lifted_at: '2026-11-21T09:31:00Z' },
    },
  }
  open(over, me, undefined)
  const moves = screen.getAllByRole('listitem').map(({ textContent }) => textContent)
  expect(moves.at(-2)).toMatch(/The emergency was rejectedBea Brandt$/)
  expect(moves.at(-1)).toMatch(/Lifted/)
  expect(screen.getByRole('link', { name: 'Lifted' }).getAttribute('href')).toContain('req_lift')
  cleanup()
  open({ ...over, emergency: { approval: 'pending' } }, me, undefined)
  expect(screen.queryByText(/The emergency was|^Lifted$/)).toBeNull()
})

test('K-21 X-05 what a request takes back is named, above where it is decided', async () => {
  const other = {
    ...{ id: 'req_0', title: 'Freeze' },
    target: { kind: 'party', id: 'p_1', title: 'Harborline' },
  }
  open({ ...request, undoes: 'req_0' }, me, approval, { ...other, state: 'executed' })
  const link = await screen.findByRole('link', { name: 'Freeze: Harborline' })
  expect(link.closest('p')?.textContent).toContain('Nora Lindqvist asked')
  const approve = screen.getByText('Approve')
  expect(link.compareDocumentPosition(approve) & Node.DOCUMENT_POSITION_FOLLOWING).toBeTruthy()
})

test('K-36 while it is being carried out our own word is not put into the mouth of the upstream, and it is said that there is another try', () => {
  const said = { connector: 'cts', detail: { code: 'circuit_open', message: 'cts has been failing' } }
  open({ ...request, state: 'dispatching', effect: said }, me, undefined)
  expect(screen.queryByText('The upstream said')).toBeNull()
  expect(screen.getByText('Last try').nextElementSibling?.textContent).toMatch(
    /^cts has been failing\. It is tried again by itself\./,
  )
  cleanup()
  open({ ...request, state: 'executed', effect: said }, me, undefined)
  expect(screen.getByText('The upstream said')).toBeTruthy()
})

test('X-05 K-09 a request that was denied says who asked for what and why it was denied, and has nothing to sign', () => {
  const { current_preview: _preview, drift: _drift, eligible_people: _people, ...asked } = request
  open(
    {
      ...asked,
      state: 'denied',
      digest: null,
      input: null,
      reason: null,
      evidence: null,
      approvals: { required: 0, given: [], eligible_roles: [] },
      transitions: [
        {
          from: null,
          to: 'denied',
          at: '2026-11-21T09:00:00Z',
          actor: { id: 'nora', name: 'Nora Lindqvist' },
          why: 'not_a_super_role',
        },
      ],
    },
    me,
    undefined,
  )
  expect(screen.getByRole('heading', { level: 1 }).textContent).toBe('Return transfer: 12,000.00 USD to Acme')
  expect(screen.getByText(/Nora Lindqvist asked/)).toBeTruthy()
  expect(
    screen.getByText('Breaking the glass takes a role that may, and who asked does not hold it.'),
  ).toBeTruthy()
  expect(screen.queryByText('Digest')).toBeNull()
  expect(screen.queryByText('none needed')).toBeNull()
})
