import {
  chooseLanguage,
  directionOf,
  type Language,
  writtenLanguage,
} from '@countersign/web-kit/languages.ts'
import { changeLanguage, loadMessages, startMessages } from '@countersign/web-kit/messages.ts'
import { claimedLanguage, languageChoice } from '@countersign/web-kit/preferences.ts'
import { catalogues } from '../catalogues.ts'

/** What there is to say where no texts came. */
export const NOT_LOADED: Record<Language, string> = {
  en: 'Countersign could not be loaded. Check your connection, then load the page again.',
  fr: 'Countersign n’a pas pu être chargé. Vérifiez votre connexion, puis rechargez la page.',
  ar: 'تعذّر تحميل Countersign. تحقق من الاتصال ثم أعد تحميل الصفحة.',
}

/** In which language the page is, as far as this browser knows. */
export function pageLanguage(): Language {
  const claimed = claimedLanguage.read()
  return chooseLanguage({
    chosen: languageChoice.read(),
    claimed: claimed === 'none' ? null : claimed,
    browser: navigator.languages,
  })
}

/** Before anything is drawn. */
export async function startPageLanguage(): Promise<void> {
  const language = pageLanguage()
  mark(language)
  startMessages(language, {})
  await loadMessages(catalogues)
}

/**
 * Keeps what the identity provider says of whoever is signed in, and shows it where they have chosen nothing.
 *
 * @returns whether the page is in another language now
 */
export function followClaim(said: string | null): Promise<boolean> {
  claimedLanguage.write((said === null ? undefined : writtenLanguage(said)) ?? 'none')
  return followPageLanguage()
}

/** @returns whether the page is in another language now */
export async function followPageLanguage(): Promise<boolean> {
  const language = pageLanguage()
  if (document.documentElement.lang === language) return false
  await changeLanguage(language)
  mark(language)
  return true
}

function mark(language: Language): void {
  document.documentElement.lang = language
  document.documentElement.dir = directionOf(language)
}
