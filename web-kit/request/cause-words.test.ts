import { expect, test } from 'vitest'
import catalogue from '../catalogue.en.ts'
import { causeWords } from './cause-words.ts'

const t = (id: string) => (catalogue as Record<string, string>)[id] ?? `no text for ${id}`

test.each([
  ['already_requested', 'Another request for the same was open on it.'],
  ['already_undone', 'It has been taken back already, or somebody has asked for it.'],
  ['target_changed', 'It has changed since it was asked for.'],
  ['answer_lost', 'The upstream’s answer was lost.'],
  ['not_a_super_role', 'Breaking the glass takes a role that may, and who asked does not hold it.'],
  ['forbidden', 'No role of the person who asked allows it here.'],
  ['a_new_code', 'a new code'],
  ['Acme is frozen: no transfer of it is returned.', 'Acme is frozen: no transfer of it is returned.'],
])('X-06 the cause %j reads %j', (why, words) => {
  expect(causeWords(why, t)).toBe(words)
})
