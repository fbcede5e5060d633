import type { MessageSource } from '@countersign/web-kit/messages.ts'

/** What lists, rules and the bodies of hits say: it comes with the first of them. */
export const screeningTexts: MessageSource = {
  en: () => import('./screening.messages.en.json'),
  fr: () => import('./screening.messages.fr.json'),
  ar: () => import('./screening.messages.ar.json'),
}
