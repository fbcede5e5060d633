import { describe, expect, test } from 'vitest'
import { languageOf, readerOf } from './reader.ts'

const languageFor = (accepted: string | undefined, own?: string) =>
  readerOf({ 'accept-language': accepted }, own).language

describe('X-08 the language of an answer', () => {
  test.each([
    ['fr', 'fr'],
    ['fr-CA', 'fr'],
    ['AR-eg', 'ar'],
    ['de, fr;q=0.8, en;q=0.9', 'en'],
    ['de;q=1, ar;q=0.2', 'ar'],
    ['fr;q=0, ar;q=0.1', 'ar'],
    ['en;q=0, *', 'fr'],
    ['de', 'en'],
    ['', 'en'],
    ['\u0000;;;q=fr', 'en'],
    ['fr;q=2', 'en'],
    [`${'x,'.repeat(1_000)}fr`, 'en'],
  ])('X-08 %j is answered in %s', (accepted, language) => {
    expect(languageFor(accepted)).toBe(language)
  })

  test('X-08 where the request leaves it open, the person’s own counts', () => {
    expect(languageFor(undefined, 'fr-FR')).toBe('fr')
    expect(languageFor('*', 'ar')).toBe('ar')
    expect(languageFor('en', 'ar')).toBe('en')
    expect(languageFor(undefined)).toBe('en')
    expect([languageOf('ar-MA'), languageOf('de'), languageOf(null)]).toEqual(['ar', 'en', 'en'])
  })
})

test('X-09 moments are told in the zone that is asked for; what is no zone counts for nothing', () => {
  const zone = (name: string | string[] | undefined) => readerOf({ 'time-zone': name }).timeZone
  expect(zone('Europe/Paris')).toBe('Europe/Paris')
  for (const wrong of [undefined, '', 'Mars/Olympus', '../etc/passwd', 'x'.repeat(500), ['UTC', 'UTC']]) {
    expect(zone(wrong)).toBeUndefined()
  }
})
