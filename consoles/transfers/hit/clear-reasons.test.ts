import { expect, test } from 'vitest'
import { certainTakesTwo, clearReasonsOf, scopeOfClearing } from './clear-reasons.ts'

type Of = Parameters<typeof clearReasonsOf>[0]
const of = (more: Partial<Of>): Of => ({
  ...{ score: 0.9, party_kind: 'person', identifiers: [] },
  ...{ screened_name: 'Perpetua Quillfeather', listed_name: 'QUILLFEATHER, Perpetula' },
  ...more,
})
const both = (name: string, ours: string, theirs = ours) => ({ name, ours, theirs })
const codes = (hit: Of) => clearReasonsOf(hit).map(({ code }) => code)
const takesTwo = (hit: Of) => {
  const { scope, scopes = [scope] } = scopeOfClearing(hit) as { scope?: string; scopes?: string[] }
  return certainTakesTwo.some(({ when }) => scopes.includes((when as { scope: string }).scope))
}

test('T-06 a hit is cleared for no reason that what was compared speaks against', () => {
  expect(codes(of({}))).toEqual([
    'other_birth_date',
    'other_nationality',
    'other_name',
    'documents_seen',
    'other',
  ])
  expect(codes(of({ identifiers: [both('date_of_birth', '1961-08-03')] }))).not.toContain('other_birth_date')
  expect(codes(of({ identifiers: [both('date_of_birth', '1961-08-03', '1971-08-03')] }))).toContain(
    'other_birth_date',
  )
  expect(codes(of({ identifiers: [both('country', 'DE')] }))).not.toContain('other_nationality')
  expect(
    codes(of({ identifiers: [{ ...both('nationality', 'DE', 'Germany'), match: 'same' }] })),
  ).not.toContain('other_nationality')
  expect(codes(of({ listed_name: 'QUILLFEATHER, Perpetua' }))).not.toContain('other_name')
})

test('T-06 a company is of no nationality and was not born: it is registered elsewhere, or under another number', () => {
  const company = (...identifiers: Of['identifiers']) => codes(of({ party_kind: 'company', identifiers }))
  const others = ['other_name', 'documents_seen', 'other']
  expect(company(both('country', 'DE', 'BY'))).toEqual(['other_country', 'other_number', ...others])
  expect(company(both('country', 'DE'))).toEqual(['other_number', ...others])
  expect(company(both('registration_number', '10644811'))).toEqual(['other_country', ...others])
})

test('T-06 K-16 whose registration or document has the same number nobody clears alone', () => {
  expect(takesTwo(of({}))).toBe(false)
  expect(takesTwo(of({ identifiers: [both('country', 'DE')] }))).toBe(false)
  for (const name of ['registration_number', 'document_number', 'passport']) {
    expect([name, takesTwo(of({ identifiers: [both(name, '10644811')] }))]).toEqual([name, true])
    expect([name, takesTwo(of({ identifiers: [both(name, '10644811', '4711')] }))]).toEqual([name, false])
  }
})
