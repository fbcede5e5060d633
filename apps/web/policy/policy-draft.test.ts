// @vitest-environment happy-dom
import type { Entity } from '@countersign/sdk/wire/entities.ts'
import { afterEach, expect, test } from 'vitest'
import { readDraft, writeDraft } from './policy-draft.ts'

const entity = { kind: 'approval_policy', id: 'transfers', data: { version: 'v1' } } as unknown as Entity
const draft = { rules: [{ action: 'transfers.freeze_entity' }], break_glass: [] }
const KEY = 'countersign.policy-draft amara transfers'

afterEach(() => localStorage.clear())

test('X-06 a draft of the rules is kept for one person and the rules it was begun on', () => {
  writeDraft(entity, 'amara', draft)
  expect(readDraft(entity, 'amara')).toEqual(draft)
  expect(readDraft(entity, 'elise')).toBeUndefined()
  expect(readDraft({ ...entity, data: { version: 'v2' } }, 'amara')).toBeUndefined()
})

test.each(['', '{', 'null', '3', '"v1"', '{"version":"v1"}'])(
  'X-06 what is no draft is none: %j',
  (stored) => {
    localStorage.setItem(KEY, stored)
    expect(readDraft(entity, 'amara')).toBeUndefined()
  },
)
