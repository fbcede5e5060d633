import { expect, test } from 'vitest'
import { isBankReference } from './bank-reference.ts'
import { exceptionSchema } from './exception.ts'

test.each([
  'E2E-4711',
  '32-P1-TCS49518',
  'RF18539007547034',
  'INV-0012345',
  'BATCH 123456',
  'REF-QUARANTINE-1',
  '081000030000001',
  'Rechnung 2026/117',
  // An IBAN whose check sum is wrong is a number like others.
  'ES9121000418450200051333',
  'x'.repeat(34).concat('1'),
])('K-30 %s is a reference', (text) => {
  expect(isBankReference(text)).toBe(true)
})

test.each([
  ['a name', 'MARIA ROSALES'],
  ['a name with a number', 'MARIA ROSALES 12'],
  ['a name behind an initial', 'M. Rosales 12'],
  ['a name behind a stroke', 'RENT/ROSALES/MARIA 3'],
  ['words with a number between them', 'RENT 12 ROSALES'],
  ['a name with letters of its own', 'ZOË ÅSTRÖM 7'],
  ['a word alone', 'Rosales'],
  ['an IBAN', 'ES9121000418450200051332'],
  ['an IBAN in groups', 'ES91 2100 0418 4502 0005 1332'],
  ['an IBAN in small letters behind a number', '7/es9121000418450200051332'],
  ['an IBAN of fifteen characters', 'NO9386011117947'],
  ['an address', 'rosales1@example.com'],
  ['what is longer than any reference', 'x'.repeat(35).concat('1')],
])('K-30 %s is text: %s', (_what, text) => {
  expect(isBankReference(text)).toBe(false)
})

const RECORD = {
  id: 'exc_1',
  version: 1,
  kind: 'statement_line',
  side: 'credit',
  amount: { amount: '12.51', currency: 'EUR' },
  date: '2026-01-01',
  account: 'DE89370400440532013000',
  state: 'open',
  candidates: [],
}

test('K-30 what Recon gives for a reference and is none is text of the line, with what it gives as text', () => {
  const read = (fields: object) => {
    const { reference, description } = exceptionSchema.parse({ ...RECORD, ...fields })
    return { reference, description }
  }
  expect(read({ reference: 'E2E-1', description: 'Rent' })).toEqual({
    reference: 'E2E-1',
    description: 'Rent',
  })
  expect(read({ reference: '' })).toEqual({ reference: '', description: undefined })
  expect(read({ reference: 'MARIA ROSALES' })).toEqual({ reference: '', description: 'MARIA ROSALES' })
  expect(read({ reference: 'MARIA ROSALES', description: 'Rent' })).toEqual({
    reference: '',
    description: 'MARIA ROSALES\nRent',
  })
  expect(read({ reference: 'MARIA ROSALES', description: 'RENT MARIA ROSALES' })).toEqual({
    reference: '',
    description: 'RENT MARIA ROSALES',
  })
})
