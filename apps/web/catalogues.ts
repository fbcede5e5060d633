import type { MessageSource } from '@countersign/web-kit/messages.ts'

/** What the shell shows before any console or page of control is loaded. */
export const catalogues: MessageSource = {
  en: () => import('./catalogue.en.ts'),
  fr: () => import('./catalogue.fr.ts'),
  ar: () => import('./catalogue.ar.ts'),
}

/** The pages and records of control and system: few people open one on a day. */
export const controlCatalogues: MessageSource = {
  en: () => import('./control-catalogue.en.ts'),
  fr: () => import('./control-catalogue.fr.ts'),
  ar: () => import('./control-catalogue.ar.ts'),
}
