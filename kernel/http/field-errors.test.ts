import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { english } from '../languages/make-teller.ts'
import { fieldErrors } from './field-errors.ts'

const schema = z.strictObject({
  person: z.string().min(1, 'choose a person').max(3),
  hours: z.int().min(1).max(168),
  days: z.array(z.enum(['mon', 'tue'])).min(1),
  side: z.enum(['debit', 'credit']),
  code: z.string().regex(/^R\d\d$/),
})
const right = { person: 'ann', hours: 1, days: ['mon'], side: 'debit', code: 'R01' }

function faults(part: Record<string, unknown>): Record<string, string> {
  const parsed = schema.safeParse({ ...right, ...part })
  const errors = parsed.success ? [] : fieldErrors(parsed.error.issues, 'input')
  return Object.fromEntries(errors.map(({ field, message }) => [field, english(message)]))
}

describe('X-05 what is wrong with a field is said in words, not in the checker’s', () => {
  test.each([
    [{ person: undefined }, { 'input.person': 'is missing' }],
    [{ person: 7 }, { 'input.person': 'must be a text' }],
    [{ person: 'anna' }, { 'input.person': 'must have at most 3 characters' }],
    [{ hours: undefined }, { 'input.hours': 'is missing' }],
    [{ hours: 0 }, { 'input.hours': 'must be at least 1' }],
    [{ hours: 169 }, { 'input.hours': 'must be at most 168' }],
    [{ hours: 1.5 }, { 'input.hours': 'must be a whole number' }],
    [{ days: [] }, { 'input.days': 'must not be empty' }],
    [{ days: 'mon' }, { 'input.days': 'must be a list' }],
    [{ days: ['sun'] }, { 'input.days.0': 'must be one of mon, tue' }],
    [{ side: undefined }, { 'input.side': 'is missing' }],
    [{ code: 'X' }, { 'input.code': 'is not of the form that is asked for' }],
    [{ more: 1 }, { 'input.more': 'is not a member of this request' }],
  ])('X-05 %o', (part, said) => {
    expect(faults(part)).toEqual(said)
  })

  test('X-05 a schema’s own sentence stands', () => {
    expect(faults({ person: '' })).toEqual({ 'input.person': 'choose a person' })
  })
})
