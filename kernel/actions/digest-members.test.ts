import { expect, test } from 'vitest'
import { actionDigest, type DigestFacts } from './action-digest.ts'

const SALT = Buffer.alloc(16, 7)
const signed = {
  type: 'transfers.return_transfer',
  target: { kind: 'transfer', id: 'tr_1' },
  input: { amount: '10.00' },
  reason: { code: 'R01', note: null },
  decided: { id: 'tr_1' },
  connector: 'cts',
  targetVersion: '3',
  policyVersion: 'a1b2',
  requestId: '0198a000-0000-7000-8000-000000000000',
  revision: 1,
}
const digest = (facts: object, salt = SALT) =>
  actionDigest({ ...signed, ...facts } as unknown as DigestFacts, salt).digest.toString('hex')

test.each([
  ['type', { type: 'transfers.freeze_entity' }],
  ['kind of target', { target: { kind: 'party', id: 'tr_1' } }],
  ['target', { target: { kind: 'transfer', id: 'tr_2' } }],
  ['input', { input: { amount: '10.01' } }],
  ['reason', { reason: { code: 'R02', note: null } }],
  ['note', { reason: { code: 'R01', note: 'because' } }],
  ['version of the target', { targetVersion: '4' }],
  ['version of the policy', { policyVersion: 'a1b3' }],
  ['request', { requestId: '0198a000-0000-7000-8000-000000000001' }],
  ['revision', { revision: 2 }],
])('K-17 a signature is for one %s and no other', (_what, altered) => {
  expect(digest(altered)).not.toBe(digest({}))
})

test('K-17 the same action has the same digest under the same salt, and another under another', () => {
  expect(digest({})).toBe(digest({}))
  expect(digest({}, Buffer.alloc(16, 8))).not.toBe(digest({}))
})
