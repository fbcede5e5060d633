import type { MessageSource } from '@countersign/web-kit/messages.ts'

/** What the shell shows before any console is loaded. */
export const catalogues: MessageSource = {
  en: () => import('./catalogue.en.ts'),
  fr: () => import('./catalogue.fr.ts'),
  ar: () => import('./catalogue.ar.ts'),
}
