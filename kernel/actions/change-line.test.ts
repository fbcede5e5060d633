import { expect, test } from 'vitest'
import { changeLine } from './change-line.ts'

test.each([
  ['two values', ['ann', 'mei'], { before: 'ann', after: 'mei' }],
  ['nothing before', [null, 'mei'], { after: 'mei' }],
  ['nothing after', ['ann', undefined], { before: 'ann' }],
  ['an empty list', ['', 'ach, wire'], { after: 'ach, wire' }],
  ['a number, none of them nothing', [0, 12], { before: '0', after: '12' }],
  ['nothing at all', [null, ''], {}],
] as const)('X-09 a line of a preview holds values alone: %s', (_, [before, after], said) => {
  expect(changeLine('Assignee', before, after)).toEqual({ label: 'Assignee', ...said })
})
