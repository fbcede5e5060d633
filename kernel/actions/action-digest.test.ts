import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { actionDigest, actionDigestV1 } from './action-digest.ts'

const salt = Buffer.alloc(16)
const SALT = 'AAAAAAAAAAAAAAAAAAAAAA=='
const facts = {
  type: 'transfers.return_transfer',
  target: { kind: 'transfer', id: 'tr_1' },
  targetVersion: '3',
  policyVersion: 'p1',
  requestId: '0190b0b0-0000-7000-8000-000000000001',
  revision: 1,
}
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
const common = (reason: string) =>
  `"policy_version":"p1","reason":${reason},"request_id":"${facts.requestId}","revision":1,"salt":"${SALT}",` +
  '"target":{"id":"tr_1","kind":"transfer"},"target_version":"3","type":"transfers.return_transfer"}'

test('K-17 a digest of format 2 covers what the effect is given, and personal data as it is stored', () => {
  const note = { shown: '••••', sealed: 'v1.x' }
  const decided = { reason: 'R01', id: 'tr_1' }
  const given = { ...facts, input: {}, reason: { code: 'R01', note }, decided, connector: 'cts' }
  const { digest } = actionDigest(given, salt)
  expect(digest.toString('hex')).toBe(
    sha256(
      `{"connector":"cts","decided":"${sha256('{"id":"tr_1","reason":"R01"}')}","format":2,"input":{},` +
        common('{"code":"R01","note":{"sealed":"v1.x","shown":"••••"}}'),
    ),
  )
  for (const other of [
    { ...given, decided: { ...decided, id: 'tr_2' } },
    { ...given, connector: 'ledger' },
  ]) {
    expect(actionDigest(other, salt).digest).not.toEqual(digest)
  }
})

test('K-17 a digest of format 1 is still what it was', () => {
  const digest = actionDigestV1({ ...facts, input: { n: 1 }, reason: { code: 'R01', note: 'why' } }, salt)
  expect(digest.toString('hex')).toBe(
    sha256(`{"format":1,"input":{"n":1},${common('{"code":"R01","note":"why"}')}`),
  )
})
