import { expect, test } from 'vitest'
import { chooseLanguage, directionOf, formatTag } from './languages.ts'

test.each([
  ['the person’s own choice, whatever else is said', { chosen: 'ar', claimed: 'fr', browser: ['en'] }, 'ar'],
  ['what the identity provider names', { chosen: 'account', claimed: 'fr', browser: ['ar'] }, 'fr'],
  ['a language of any region', { chosen: 'account', claimed: 'fr-CA', browser: ['ar'] }, 'fr'],
  ['a locale as some providers write it', { chosen: 'account', claimed: 'ar_EG', browser: [] }, 'ar'],
  [
    'the browser’s, where the provider names none',
    { chosen: 'account', claimed: null, browser: ['ar'] },
    'ar',
  ],
  [
    'the first of the browser’s that there is',
    { chosen: 'account', claimed: null, browser: ['de-CH', 'fr-CH', 'en'] },
    'fr',
  ],
  [
    'the browser’s, where the provider’s is not here',
    { chosen: 'account', claimed: 'de', browser: ['fr'] },
    'fr',
  ],
  ['English, where none is here', { chosen: 'account', claimed: 'de', browser: ['ja'] }, 'en'],
  ['English, where nobody says anything', { chosen: 'account', claimed: '', browser: [] }, 'en'],
  ['no language that merely begins so', { chosen: 'account', claimed: 'arn', browser: ['fr'] }, 'fr'],
] as const)('X-08 the language is %s', (_, said, language) => {
  expect(chooseLanguage(said)).toBe(language)
})

test('X-08 Arabic is written from right to left, with the digits that bank files have', () => {
  expect(directionOf('ar')).toBe('rtl')
  expect(directionOf('fr')).toBe('ltr')
  expect(new Intl.NumberFormat(formatTag('ar')).format(1204)).toMatch(/^1.204$/)
})
