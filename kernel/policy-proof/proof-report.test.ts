import { expect, test } from 'vitest'
import { proofReport } from './proof-report.ts'
import type { PolicyProof } from './prove-policies.ts'

const proof: PolicyProof = {
  rules: 'abcdef0123456789',
  declarations: '0123456789abcdef',
  made_at: '2026-03-04T05:06:07.000Z',
  holds: true,
  counts: {
    ...{ policies: 4, roles: 3, role_sets: 7, permissions: 2, cases: 1234, asked: 56, properties: 1 },
  },
  properties: [
    { name: 'p', sentence: 'Nobody does <this> & that.', checked: 1200, broken: 0, counterexamples: [] },
  ],
  roles: [
    { role: 'till/TELLER', title: 'Teller', console: 'Till' },
    { role: 'till/CHIEF', title: 'Chief', console: 'Till' },
    { role: 'hub/OPERATOR', title: 'Operator', console: 'Hub' },
  ],
  may: [
    {
      console: 'Till',
      permissions: [
        {
          ...{ permission: 'till.pay', words: 'ask for “Pay”', roles: ['till/TELLER'], about: 'payee' },
          agree: { declared: 1, where: ['2 for <large> ones'], at_least: 0 },
        },
        { permission: 'till.pay:decide', words: 'agree to “Pay”', roles: ['till/CHIEF'], about: 'payee' },
        { permission: 'till.burn', words: 'ask for “Burn”', roles: [] },
      ],
    },
  ],
  moves_money: [
    {
      action: 'till.pay',
      words: 'ask for “Pay”',
      about: 'payee',
      agree: { declared: 1, where: [], at_least: 0 },
    },
    {
      action: 'till.void',
      words: 'ask for “Void”',
      about: 'payee',
      agree: { declared: 1, where: [], at_least: 1 },
    },
  ],
}
const BROKEN: PolicyProof = {
  ...proof,
  holds: false,
  properties: [
    {
      ...{ name: 'p', sentence: 'Nobody does this.', checked: 1200, broken: 31 },
      counterexamples: [{ says: 'Somebody with the role Teller <b> may.' }],
    },
  ],
}

test('K-10 the report says what was asked, what holds and what each role may do, in words', () => {
  const html = proofReport(proof)
  expect(html).toContain('All 1 statements hold.')
  expect(html).toContain('2026-03-04, 05:06 UTC')
  expect(html).toContain('1,234 questions')
  expect(html).toContain('<td>Nobody does &lt;this&gt; &amp; that.</td><td class="count">1,200</td>')
  const rows = [...html.matchAll(/<tr><th scope="row">(.*?)<\/th>(.*?)<\/tr>/g)].map(([, words, cells]) => [
    words,
    [...(cells ?? '').matchAll(/<span class="said">(\w+)</g)].map(([, said]) => said),
  ])
  expect(rows).toEqual([
    ['ask for “Pay”<small>payee</small>', []],
    ['ask for “Void”<small>payee</small>', []],
    ['ask for “Pay”<small>payee</small>', ['yes', 'no']],
    ['agree to “Pay”<small>payee</small>', ['no', 'yes']],
  ])
  expect(html).toContain('No role may: ask for “Burn”.')
  expect(html).toContain('These roles may do nothing here: Operator (Hub).')
  // How many others must agree, and whether people can set fewer.
  expect(html).toContain('<td class="others">1<small>2 for &lt;large&gt; ones</small></td>')
  expect(html).toMatch(
    /ask for “Pay”<small>payee<\/small><\/th><td class="others">1<\/td><td class="others">0</,
  )
  expect(html).toMatch(
    /ask for “Void”<small>payee<\/small><\/th><td class="others">1<\/td><td class="others">1</,
  )
  // Both fingerprints, and what each of them is of.
  expect(html).toMatch(/<dt>Rules<.*abcdef0123456789.*policy_version/)
  expect(html).toMatch(/<dt>Declarations<.*0123456789abcdef/)
  // No code names where there are words.
  expect(html).not.toMatch(/till\.pay|till\/TELLER/)
})

test('K-10 the report needs nothing beside itself: no script, no file, no address', () => {
  expect(proofReport(proof)).not.toMatch(/<script|<link|<img|src=|href="(?!#)|url\(|https?:|@import/)
})

test('K-10 what does not hold is said first, and where', () => {
  const html = proofReport(BROKEN, 'loose.cedar')
  expect(html).toContain('<p class="verdict broken">1 of 1 statements does not hold.</p>')
  expect(html).toContain('<li>Somebody with the role Teller &lt;b&gt; may.</li>')
  expect(html).toContain('And 30 more')
  expect(html).toContain('a draft, not in force: loose.cedar')
})
