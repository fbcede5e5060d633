import { expect, test } from 'vitest'
import { titleOf } from './rule-text.ts'

const actions = [
  { type: 'transfers.reveal_transfer', title: 'Reveal' },
  { type: 'transfers.reveal_party', title: 'Reveal' },
  { type: 'transfers.erase_party', title: 'Erase personal data' },
  { type: 'transfers.erase_hit', title: 'Erase personal data' },
  { type: 'transfers.freeze_entity', title: 'Freeze' },
]

test.each([
  ['transfers.reveal_party', 'Reveal (party)'],
  ['transfers.erase_hit', 'Erase personal data (hit)'],
  ['transfers.freeze_entity', 'Freeze'],
  ['hub.unknown', 'hub.unknown'],
])('K-14 a rule says which of the actions of one title it is about: %s is %j', (type, title) => {
  expect(titleOf(type, actions)).toBe(title)
})
