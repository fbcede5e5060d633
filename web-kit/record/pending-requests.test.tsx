// @vitest-environment happy-dom
import { cleanup, screen } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import { renderInConsole } from '../render-in-console.tsx'
import { PendingRequests } from './pending-requests.tsx'

const freeze = {
  id: 'req_freeze',
  title: 'Freeze',
  state: 'executed',
  emergency: { approval: 'pending', until: '2026-11-20T13:07:00Z' },
  approvals: { required: 1, given: [] },
  requested_by: { id: 'amara', name: 'Amara Okafor' },
  created_at: '2026-11-20T09:07:00Z',
}

afterEach(cleanup)

test('K-20 a record that is under an emergency nobody has agreed to says so, until when, and where it is decided', async () => {
  const { asked } = renderInConsole(<PendingRequests of={{ kind: 'party', id: 'p_1' }} />, {
    me: { permissions: ['requests:read'] },
    answer: ({ params }) =>
      Response.json({ requests: params.has('undecided') ? [freeze] : [], next_cursor: null }),
  })
  const banner = await screen.findByText(/in force as an emergency; nobody has agreed/)
  expect(asked[0]?.params.get('undecided')).toBe('true')
  expect(banner.textContent).toContain('Amara Okafor')
  expect(banner.querySelector('time[datetime="2026-11-20T13:07:00Z"]')).not.toBeNull()
  expect(screen.getByRole('link').getAttribute('href')).toContain('req_freeze')
})

test('K-39 K-42 a record for which something is agreed to for later says so, when, who asked, and where it is', async () => {
  const { emergency: _emergency, ...planned } = freeze
  const { asked } = renderInConsole(<PendingRequests of={{ kind: 'party', id: 'p_1' }} />, {
    me: { permissions: ['requests:read'] },
    answer: ({ params }) =>
      Response.json({
        requests: params.has('undecided')
          ? []
          : [
              {
                ...{ ...planned, state: 'authorized', schedule: 'waiting' },
                ...{ scheduled_for: '2026-11-20T17:00:00Z', requested_by: { id: 'nora', name: 'Nora' } },
              },
            ],
        next_cursor: null,
      }),
  })
  const banner = await screen.findByText(/Freeze has been agreed to, for later\. You asked/)
  expect(banner.querySelector('time[datetime="2026-11-20T17:00:00Z"]')).not.toBeNull()
  expect(screen.getByRole('link').getAttribute('href')).toContain('req_freeze')
  expect(asked.map(({ params }) => params.get('scheduled'))).toContain('waiting')
})

test('X-06 what the record says has been asked for has the room of its banner while it is read, and no second one then', async () => {
  const { emergency: _emergency, ...waiting } = { ...freeze, state: 'pending' }
  const affordance = { title: 'Freeze', tone: 'danger' as const, approvals: 1 }
  const affordances = [
    { ...affordance, action: 'transfers.freeze_entity', allowed: false, open_request: freeze.id },
    { ...affordance, action: 'transfers.unfreeze_entity', allowed: true },
  ]
  renderInConsole(<PendingRequests of={{ kind: 'party', id: 'p_1' }} affordances={affordances} />, {
    me: { permissions: ['requests:read'] },
    answer: ({ params }) =>
      Response.json({ requests: params.has('undecided') ? [waiting] : [], next_cursor: null }),
  })
  expect(screen.getAllByRole('status')).toHaveLength(1)
  expect(screen.getByRole('link').getAttribute('href')).toContain('req_freeze')
  expect(screen.queryByText(/Asked by Amara Okafor/)).toBeNull()
  await screen.findByText(/Asked by Amara Okafor/)
  expect(screen.getAllByRole('status')).toHaveLength(1)
})
