// @vitest-environment happy-dom
import { useText } from '@countersign/web-kit/messages.ts'
import { languageChoice } from '@countersign/web-kit/preferences.ts'
import { renderHook } from '@testing-library/react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { followClaim, followPageLanguage, startPageLanguage } from './page-language.ts'

const page = () => {
  const { lang, dir } = document.documentElement
  return { lang, dir, said: renderHook(useText).result.current('user.signOut') }
}

beforeEach(() => {
  localStorage.clear()
  vi.spyOn(navigator, 'languages', 'get').mockReturnValue(['de-CH', 'fr-CH', 'en'])
})
afterEach(() => vi.restoreAllMocks())

test('X-08 the page begins in the browser’s language, before anybody is known', async () => {
  await startPageLanguage()
  expect(page()).toEqual({ lang: 'fr', dir: 'ltr', said: 'Se déconnecter' })
})

test('X-08 the claim of whoever signs in turns the page, and the next start knows it', async () => {
  await startPageLanguage()
  expect(await followClaim('ar')).toBe(true)
  expect(page()).toEqual({ lang: 'ar', dir: 'rtl', said: 'تسجيل الخروج' })
  expect(await followClaim('ar')).toBe(false)
  await startPageLanguage()
  expect(page().lang).toBe('ar')
})

test('X-08 a claim of a language that is not here, or none, leaves it to the browser', async () => {
  await startPageLanguage()
  await followClaim('ar')
  await followClaim('ja')
  expect(page().lang).toBe('fr')
  await followClaim('ar')
  await followClaim(null)
  expect(page().lang).toBe('fr')
})

test('X-08 the person’s own choice is before the claim, and can be given up', async () => {
  languageChoice.write('en')
  await startPageLanguage()
  expect(await followClaim('ar')).toBe(false)
  expect(page()).toEqual({ lang: 'en', dir: 'ltr', said: 'Sign out' })
  languageChoice.write('account')
  await followPageLanguage()
  expect(page().lang).toBe('ar')
})
