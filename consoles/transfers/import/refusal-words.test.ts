import { expect, test } from 'vitest'
import { REFUSAL_MAX_CHARACTERS, refusalWords } from './refusal-words.ts'

test('K-31 T-11 what is wrong with a file is kept in our words, without what they quote of it', () => {
  expect(refusalWords('Addenda type "77" is unknown; allowed are 02 and 05.')).toBe(
    'Addenda type "77" is unknown; allowed are 02 and 05.',
  )
  expect(refusalWords('The document declares encoding "MELISANDE", which is unknown.')).toBe(
    'The document declares encoding …, which is unknown.',
  )
  expect(refusalWords('The file is not XML: it begins with "{", XML with "<".')).toBe(
    'The file is not XML: it begins with "{", XML with "<".',
  )
  expect(refusalWords('"A" is no direction, nor is "MELISANDE \\"Q\\"", nor "B".')).toBe(
    '"A" is no direction, nor is …, nor "B".',
  )
  expect(refusalWords('The XML is not well-formed: unmatched closing tag: QUARLES')).toBe(
    'The XML is not well-formed: unmatched closing tag.',
  )
  expect(refusalWords('x'.repeat(1_000))).toHaveLength(REFUSAL_MAX_CHARACTERS)
})
