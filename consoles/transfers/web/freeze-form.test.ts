import type { Entity } from '@countersign/sdk/wire/entities.ts'
import { expect, test } from 'vitest'
import { freezeForm } from './freeze-form.tsx'

const party = {
  data: {
    hits: [
      { id: 'hit_1', state: 'open', score: 0.9 },
      { id: 'hit_2', state: 'cleared', score: 0.9 },
    ],
  },
} as unknown as Entity
const filled = (from?: { kind: string; id: string }) => freezeForm.prefill?.(party, 'anna', from)

test('T-04 X-04 a freeze is for the hit that somebody came from; on the party’s own page nobody is taken to have found a match', () => {
  expect(filled({ kind: 'hit', id: 'hit_1' })).toEqual({
    input: { hit_id: 'hit_1' },
    reason: 'sanctions_match',
  })
  // Not though it is the only one that is open.
  expect(filled()).toEqual({})
  expect(filled({ kind: 'hit', id: 'hit_2' })).toEqual({})
})
