import { ProblemError } from '@countersign/sdk/problem.ts'
import type { ActionDeclaration } from '@countersign/sdk/wire/actions.ts'
import { describe, expect, test } from 'vitest'
import { isStalePreview, missingIn, refusedFields } from './sheet-state.ts'

const reasons = [
  { code: 'R01', title: 'Insufficient funds', note_required: false },
  { code: 'R10', title: 'Not authorised', note_required: true },
]
const action: ActionDeclaration = {
  type: 'transfers.return_transfer',
  title: 'Return transfer',
  console: 'transfers',
  risk: 'high',
  moves_money: true,
  input_schema: { type: 'object', properties: {} },
  target_kind: 'transfer',
  reasons,
  doors: [],
}
const refusal = (
  status: number,
  code: string,
  errors?: { field: string; message: string; allowed?: string[] }[],
) => new ProblemError({ type: 'about:blank', title: 'No', status, code, ...(errors ? { errors } : {}) })
const missing = (reason: string, note: string) =>
  missingIn(action, reasons, { input: {}, reason, note, how: 'approval' }, 'Required')

describe('K-13 a reason is asked for', () => {
  test('K-13 none, and one that is not of the list, are missing', () => {
    expect(missing('', '')).toEqual({ reason: 'Required' })
    expect(missing('R99', '')).toEqual({ reason: 'Required' })
  })

  test('K-13 the note is asked for where the code asks for it', () => {
    expect(missing('R10', '  ')).toEqual({ note: 'Required' })
    expect(missing('R10', 'called')).toEqual({})
    expect(missing('R01', '')).toEqual({})
  })
})

describe('X-04 a refusal stands beside its field', () => {
  test('X-04 the server’s paths are the form’s fields', () => {
    const error = refusal(400, 'invalid', [
      { field: 'reason.code', message: 'unknown', allowed: ['R01'] },
      { field: 'reason.note', message: 'needed' },
      { field: 'input.rules.1.required', message: 'too many' },
      { field: 'input.override_hit_id', message: 'no such hit' },
    ])
    expect(refusedFields(error)).toEqual({
      reason: 'unknown (R01)',
      note: 'needed',
      rules: 'too many',
      'rules.1.required': 'too many',
      override_hit_id: 'no such hit',
    })
  })

  test('X-04 what the form offers in words is not listed by the names that programs have for it', () => {
    const error = refusal(422, 'refused', [
      { field: 'input.incorrect_field', message: 'is required', allowed: ['account', 'original_trace'] },
      { field: 'input.account', message: 'goes with R69 alone', allowed: [] },
      { field: 'input.currency', message: 'is not known', allowed: ['EUR', 'USD'] },
    ])
    expect(refusedFields(error)).toEqual({
      incorrect_field: 'is required',
      account: 'goes with R69 alone',
      currency: 'is not known (EUR, USD)',
    })
  })
})

describe('K-15 a stale preview is shown anew', () => {
  test('K-15 a changed target and a stale digest are told from other refusals', () => {
    expect(isStalePreview(refusal(409, 'preview_stale'))).toBe(true)
    expect(isStalePreview(refusal(409, 'target_changed'))).toBe(true)
    expect(isStalePreview(refusal(409, 'already_returned'))).toBe(false)
    expect(isStalePreview(new Error('offline'))).toBe(false)
  })
})
