import { createHash } from 'node:crypto'
import { encodeTestEntry, testFacts } from '@countersign/testkit/audit-log.ts'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Json } from '../personal-data/canonical-json.ts'
import {
  AuditEntryError,
  type AuditFacts,
  CANONICAL_MAX_BYTES,
  encodeAuditEntry,
  toJsonb,
} from './audit-entry.ts'

const ID = '01939e2a-7c11-7d3e-8f00-0242ac120002'
const AT = new Date('2026-03-01T12:00:00.123Z')
const encode = (facts: AuditFacts) => encodeAuditEntry(facts, { id: ID, at: AT })
const minimal: AuditFacts = { kind: 'system', actor: { id: 'countersign', roles: [] }, outcome: 'started' }
const refusal = (facts: AuditFacts) => {
  try {
    encode(facts)
  } catch (error) {
    if (error instanceof AuditEntryError) return `${error.code} ${error.field}`
    throw error
  }
  return 'accepted'
}

test('K-31 an entry says who, when, what, why, on what, from where, request and outcome, in canonical JSON', () => {
  const { canonical } = encode({ ...minimal, detail: { b: 1, a: [true, null, 'é'] } })
  expect(canonical.toString('utf8')).toBe(
    `{"actor":{"id":"countersign","roles":[]},"at":"2026-03-01T12:00:00.123Z","detail":{"a":[true,null,"é"],"b":1},` +
      `"id":"${ID}","kind":"system","outcome":"started","v":1}`,
  )
  const full = JSON.parse(encode(testFacts(7)).canonical.toString('utf8'))
  expect(full).toMatchObject({
    v: 1,
    actor: { id: 'transfers-OPS-1', roles: ['transfers/OPS'] },
    action: 'transfers.return_transfer',
    target: { kind: 'transfer', id: 'tr_7' },
    reason: { code: 'R03', note: { commitment: expect.any(String) } },
    outcome: 'pending',
    request_id: 'req-7',
    transition: { from: null, to: 'pending', revision: 1 },
    ip_address: { commitment: expect.any(String) },
    user_agent: { commitment: expect.any(String) },
  })
})

test('K-30 personal values enter the bytes only as salted commitments', () => {
  const facts = { ...testFacts(), personal: { payee_name: 'Adaeze Obi' } }
  const first = encode(facts)
  const second = encode(facts)
  const bytes = first.canonical.toString('utf8')
  for (const value of ['203.0.113.7', 'Mozilla', 'Account closed', 'Adaeze'])
    expect(bytes).not.toContain(value)
  expect(Object.keys(first.personal).sort()).toEqual([
    'ip_address',
    'personal.payee_name',
    'reason.note',
    'user_agent',
  ])

  const { salt = '', value = '' } = first.personal['personal.payee_name'] ?? {}
  expect(value).toBe('Adaeze Obi')
  expect(Buffer.from(salt, 'base64')).toHaveLength(16)
  const commitment = createHash('sha256').update(Buffer.from(salt, 'base64')).update(value).digest('base64')
  expect(JSON.parse(bytes).personal.payee_name).toEqual({ commitment })
  // A salt of its own each time: equal values cannot be told from their commitments.
  expect(second.personal['personal.payee_name']?.salt).not.toBe(salt)
})

test('K-31 what cannot be kept is refused by name', () => {
  expect(refusal({ ...minimal, actor: { id: 'a\u0000', roles: [] } })).toBe('audit_entry_invalid actor.id')
  expect(refusal({ ...minimal, actor: { id: '', roles: [] } })).toBe('audit_entry_invalid actor.id')
  expect(refusal({ ...minimal, actor: { id: 'a', roles: ['\udc00'] } })).toBe(
    'audit_entry_invalid actor.roles[0]',
  )
  expect(refusal({ ...minimal, action: 'x'.repeat(257) })).toBe('audit_entry_invalid action')
  expect(refusal({ ...minimal, reason: { code: 'R03', note: 'lone \ud800' } })).toBe(
    'audit_entry_invalid reason.note',
  )
  expect(refusal({ ...minimal, reason: { code: 'R03', note: 'x'.repeat(16_385) } })).toBe(
    'audit_entry_too_large reason.note',
  )
  expect(refusal({ ...minimal, actionRequestId: 'abc' })).toBe('audit_entry_invalid actionRequestId')
  expect(refusal({ ...minimal, detail: { deep: { x: 'lone \ud800' } } })).toBe(
    'audit_entry_invalid detail.deep.x',
  )
  expect(refusal({ ...minimal, detail: { '\ud800': 1 } })).toBe('audit_entry_invalid detail')
  expect(refusal({ ...minimal, detail: { n: Number.NaN } })).toBe('audit_entry_invalid detail.n')
  expect(refusal({ ...minimal, detail: { when: new Date() as unknown as string } })).toBe(
    'audit_entry_invalid detail.when',
  )
  expect(refusal({ ...minimal, detail: { list: [undefined as unknown as null] } })).toBe(
    'audit_entry_invalid detail.list[0]',
  )
  expect(refusal({ ...minimal, personal: { 'Bad Name': 'x' } })).toBe('audit_entry_invalid personal')
  expect(refusal({ ...minimal, kind: 'gossip' as 'system' })).toBe('audit_entry_invalid kind')
  expect(() => encodeAuditEntry(minimal, { id: 'x', at: AT })).toThrow(/id: a UUID/)
  expect(() => encodeAuditEntry(minimal, { id: ID, at: new Date('never') })).toThrow(/at: a valid time/)
})

test('K-31 detail is kept up to 65,535 bytes of the whole entry, not one more', () => {
  const room = CANONICAL_MAX_BYTES - encode({ ...minimal, detail: { x: '' } }).canonical.length
  expect(encode({ ...minimal, detail: { x: 'a'.repeat(room) } }).canonical).toHaveLength(CANONICAL_MAX_BYTES)
  expect(refusal({ ...minimal, detail: { x: 'a'.repeat(room + 1) } })).toBe('audit_entry_too_large detail')
})

test('K-31 a user agent of any length keeps no entry from being written: it is cut, never inside a character', () => {
  const userAgent = `${'a'.repeat(1_023)}😀`
  expect(encode({ ...minimal, userAgent }).personal.user_agent?.value).toBe('a'.repeat(1_023))
  expect(encode({ ...minimal, userAgent: 'b'.repeat(16_000) }).personal.user_agent?.value).toHaveLength(1_024)
})

test('K-31 any well-formed detail comes back as it went in', () => {
  const storable = fc
    .jsonValue({ depthSize: 'small', maxDepth: 6, noUnicodeString: false })
    .filter(
      (value) => !JSON.stringify(value).includes('\\u0000') && !/\\ud[89a-f]/i.test(JSON.stringify(value)),
    )
  fc.assert(
    fc.property(storable, (value) => {
      const detail = { value: value as Json }
      const { canonical } = encode({ ...minimal, detail })
      expect(JSON.parse(canonical.toString('utf8')).detail).toEqual(JSON.parse(JSON.stringify(detail)))
    }),
    { numRuns: 50 },
  )
})

test('toJsonb hands over the text of the bytes and the values kept apart', () => {
  const entry = encodeTestEntry(testFacts())
  expect(toJsonb([entry])).toEqual([
    { canonical: entry.canonical.toString('utf8'), personal: entry.personal },
  ])
})
