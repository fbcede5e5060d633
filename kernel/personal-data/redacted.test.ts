import { expect, test } from 'vitest'
import { type PersonalDataClass, redacted } from './sealing.ts'

test.each<[PersonalDataClass, string, string]>([
  ['account', '770099881234', '••••1234'],
  ['account', '7700 9988 1234', '••••1234'],
  ['account', '99887766', '••••66'],
  ['account', '12345', '••••45'],
  // Two of four would be half of it.
  ['account', '1234', '••••'],
  ['name', 'Zebulon Quixworth', 'Z. Q••••'],
  // Dots that somebody puts behind a name hide nothing of it.
  ['name', 'Ottoline Vexberg ••', 'O. V. •••••'],
  ['name', 'Ottoline Vexberg••••', 'O. V••••'],
  ['account', '••••770099881234', '••••1234'],
  ['email', 'ottoline.vexberg••@example.com', 'o••••@example.com'],
  ['free_text', 'call Ottoline ••', '••••'],
])('K-30 of a %s no more is shown than tells it from others: %s', (kind, text, shown) => {
  expect(redacted(text, kind)).toBe(shown)
})

test.each<[PersonalDataClass, string]>([
  ['account', '770099881234'],
  ['account', '99887766'],
  ['account', '1234'],
  ['name', 'Zebulon Quixworth'],
  ['name', 'Vexberg'],
  ['name', '李 小龙'],
  ['name', '   '],
  ['email', 'o@example.com'],
  ['email', 'nobody'],
  ['date', '1971-03-04'],
  ['date', 'March 1971'],
  ['address', '12 Larkspur Lane'],
  ['free_text', 'anything'],
])('K-35 what is read of an erased %s is shown as it was: %s', (kind, text) => {
  const shown = redacted(text, kind)
  expect(shown).toContain('••')
  expect(redacted(shown, kind)).toBe(shown)
})
