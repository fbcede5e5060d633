import fc from 'fast-check'
import { expect, test } from 'vitest'
import { itemTexts } from './item-texts.ts'

test('C-15 the items of an array are found as they are written, whatever is in them', () => {
  fc.assert(
    fc.property(fc.array(fc.jsonValue()), (items) => {
      const written = items.map((item) => JSON.stringify(item))
      expect(itemTexts(JSON.stringify(items))).toEqual(written)
      expect(
        itemTexts(JSON.stringify(items, null, 2)).map((text) => JSON.stringify(JSON.parse(text))),
      ).toEqual(written)
    }),
  )
})

test('C-15 a number is kept as it was sent, and so is what is nested too deep to be written again', () => {
  const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
  expect(itemTexts(` [1e400, ${deep} ,{"a":"]\\",["}] `)).toEqual(['1e400', deep, '{"a":"]\\",["}'])
  expect(itemTexts('[]')).toEqual([])
})
