import { expect, test } from 'vitest'
import { noteMissing } from './note-missing.ts'
import { reasonOnWire } from './reason-on-wire.ts'

const plain = { code: 'other', title: 'Other', noteRequired: true } as const
const inWords = { ...plain, noteInWords: true } as const

const SAID = ['born later', 'آخر', 'née', 'a b c', '別人', '다른', 'ちがう', '\u200ba\u200bb\u200bc']
const NO_WORDS = ['x', 'ab', '2026-11-20', '...', '別', 'a\u{e0061}b\u3164\u3164']
const NOTHING = ['', ' ', '\u200b', '\u3164\u3164\u3164', '\u2800']

test.each([plain, inWords])(
  'K-20 X-04 what the declaration says a note has to hold is what the server takes: %j',
  (reason) => {
    const pattern = new RegExp(reasonOnWire(reason).note_pattern ?? 'none', 'u')
    for (const note of [...SAID, ...NO_WORDS, ...NOTHING]) {
      expect([note, pattern.test(note)]).toEqual([note, noteMissing(reason, note) === undefined])
    }
  },
)

test('K-20 a note in words holds three letters, or two of a script that writes words with as few', () => {
  const taken = (notes: string[]) => notes.filter((note) => noteMissing(inWords, note) === undefined)
  expect(taken(SAID)).toEqual(SAID)
  expect(taken([...NO_WORDS, ...NOTHING])).toEqual([])
})

test('K-20 a reason that asks for no note says nothing of one', () => {
  expect(reasonOnWire({ code: 'R01', title: 'No funds' })).toEqual({
    ...{ code: 'R01', title: 'No funds', note_required: false },
  })
})
