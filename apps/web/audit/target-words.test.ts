import { expect, test } from 'vitest'
import { shortId, targetWords } from './target-words.ts'

const t = (id: string) => id

test('K-05 the log names the kind of a record in words, and one that it does not know as it stands', () => {
  expect(targetWords({ kind: 'file' }, t)).toBe('transfers.kind.file')
  expect(targetWords({ kind: 'work_item' }, t)).toBe('audit.kind.workItem')
  expect(targetWords({ kind: 'shelf_mark' }, t)).toBe('shelf mark')
})

test('K-05 of an id that a machine made a list shows the beginning; one that people know stays whole', () => {
  const hash = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'
  expect(shortId(hash)).toBe('9f86d081884c…')
  expect(shortId('transfers.0198a3b2-4c5d-7e6f-8a9b-0c1d2e3f4a5b')).toBe('transfers.0198a3b2-4c5…')
  expect(shortId('scr_14489c0d5e6f7a8b9c0d1e2f3a4b5c6d')).toBe('scr_14489c0d5e6f…')
  expect(shortId('transfers.returns:0198a3b2-4c5d-7e6f-8a9b-0c1d2e3f4a5b')).toBe(
    'transfers.returns:0198a3b2-4c5…',
  )
  expect(shortId('tr_41000312')).toBe('tr_41000312')
})
