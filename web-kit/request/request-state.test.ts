import type { ActionRequest, RequestState } from '@countersign/sdk/wire/requests.ts'
import { expect, test } from 'vitest'
import { failureCause, isSystem } from './request-state.ts'

const request = (state: RequestState, why?: string): ActionRequest => ({
  id: 'req_1',
  type: 'transfers.return_transfer',
  title: 'Return transfer',
  state,
  revision: 1,
  target: { kind: 'transfer', id: 'tr_1' },
  digest: 'sha256:0',
  approvals: { required: 1, given: [] },
  requested_by: { id: 'p', name: 'Ann' },
  created_at: '2026-11-20T09:00:00Z',
  transitions: [
    { from: null, to: 'pending', at: '2026-11-20T09:00:00Z' },
    { from: 'dispatching', to: state, at: '2026-11-20T09:01:00Z', ...(why === undefined ? {} : { why }) },
  ],
})

test('X-05 what failed says why, in the words of whoever refused it', () => {
  expect(failureCause(request('failed', 'The party is frozen.'), (id) => id)).toBe('The party is frozen.')
  const said = {
    ...request('failed', 'already_returned'),
    effect: { detail: { message: 'It went back on Monday.' } },
  }
  expect(failureCause(said, (id) => id)).toBe('It went back on Monday.')
  expect(failureCause(request('failed', 'already_returned'), (id) => id)).toBe('already returned')
  expect(failureCause(request('failed'), (id) => id)).toBeUndefined()
  expect(failureCause(request('executed', 'no matter'), (id) => id)).toBeUndefined()
})

test('X-05 the machine is named as the console, a person by name', () => {
  expect(isSystem('system:dispatcher@vm:23014')).toBe(true)
  expect(isSystem('transfers-ADMIN')).toBe(false)
})
