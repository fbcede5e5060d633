import { expect, test } from 'vitest'
import { pseudoText } from './pseudo-language.ts'

test('X-08 the made language keeps what a text is given, and is longer than English', () => {
  const text = pseudoText('Asked by {{name}}')
  expect(text).toMatch(/^⟦Åské?e?d/u)
  expect(text).toContain('{{name}}')
  expect(text.length).toBeGreaterThan('Asked by {{name}}'.length * 1.25)
})
