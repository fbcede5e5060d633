import { expect, test } from 'vitest'
import { reasonWords, titledReason } from './reason-words.ts'

test('X-05 a reason reads in words, after the code that people know it by', () => {
  expect(reasonWords({ code: 'R10', title: 'Customer says not authorised' })).toBe(
    'R10 · Customer says not authorised',
  )
  expect(reasonWords({ code: 'sanctions_match', title: 'Sanctions match' })).toBe('Sanctions match')
  expect(reasonWords({ code: 'sanctions_match' })).toBe('sanctions match')
  expect(reasonWords({ code: 'AM04' })).toBe('AM04')
})

test('X-08 a reason that is told by its code alone reads as where it is asked for', () => {
  const declared = [
    { type: 'kernel.pause', reasons: [{ code: 'other', title: 'Autre motif', note_required: true }] },
    {
      type: 'kernel.grant',
      reasons: [{ code: 'limit_review', title: 'Revue des plafonds', note_required: false }],
    },
  ]
  expect(reasonWords(titledReason('limit_review', declared))).toBe('Revue des plafonds')
  expect(reasonWords(titledReason('limit_review', declared, 'kernel.pause'))).toBe('limit review')
  expect(reasonWords(titledReason('R10', declared))).toBe('R10')
})
