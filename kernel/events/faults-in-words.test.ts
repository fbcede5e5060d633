import { expect, test } from 'vitest'
import { english } from '../languages/make-teller.ts'
import { faultsInWords } from './faults-in-words.ts'
import { upstreamEvent } from './upstream-event.ts'

const whole = {
  id: 'e1',
  type: 'transfer.settled',
  schema_version: 1,
  sequence: 7,
  occurred_at: '2026-11-20T09:00:00Z',
  subject: { kind: 'transfer', id: 'tr_1' },
  subject_version: 1,
  refs: [],
  data: {},
}
const wordsOf = (event: object) => {
  const read = upstreamEvent.safeParse(event)
  if (read.success) throw new Error('it was understood')
  return english(faultsInWords(read.error.issues))
}

test('K-37 why an event was not understood is said in words: what is missing, then what is not allowed', () => {
  const { id, type, ...rest } = whole
  expect(wordsOf({ ...rest, schema_version: 2 })).toBe(
    'Missing: id, type; not allowed: schema_version (must be 1)',
  )
  expect(wordsOf(rest)).toBe('Missing: id, type')
  expect(wordsOf({ id, type, ...rest, sequence: 'MELISANDE' })).toBe(
    'Not allowed: sequence (must be a number)',
  )
})
