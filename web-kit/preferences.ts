import { type Language, languages } from './languages.ts'
import { storedValue, useStoredValue } from './stored-value.ts'

export type Theme = 'system' | 'light' | 'dark'
export const themes = ['system', 'light', 'dark'] as const
export const theme = storedValue<Theme>('countersign.theme', themes, 'system')

export type Zone = 'local' | 'utc'
export const zones = ['local', 'utc'] as const
export const zone = storedValue<Zone>('countersign.zone', zones, 'local')

export type Density = 'dense' | 'comfortable'
export const densities = ['dense', 'comfortable'] as const
export const density = storedValue<Density>('countersign.density', densities, 'dense')

/** Of a row of a table, in px. */
const ROW_PX: Record<Density, number> = { dense: 32, comfortable: 40 }
/** Where there is no room for columns a row is two lines. */
const CARD_PX: Record<Density, number> = { dense: 52, comfortable: 60 }

/** How high the rows of a table are, in px, as this person likes them. */
export function useRowHeight(asCards: boolean): number {
  const chosen = useStoredValue(density)
  return (asCards ? CARD_PX : ROW_PX)[chosen]
}

/** Puts the chosen density on the document: lists of other kinds and controls follow it. */
export function applyDensity(chosen: Density): void {
  if (chosen === 'dense') delete document.documentElement.dataset.density
  else document.documentElement.dataset.density = chosen
}

/** `account`: as the identity provider says, else as the browser does. */
export type LanguageChoice = 'account' | Language
export const languageChoices = ['account', ...languages] as const
export const languageChoice = storedValue<LanguageChoice>('countersign.language', languageChoices, 'account')

/** What the identity provider last said of whoever signed in here: known before it can be asked again. */
export const claimedLanguage = storedValue<'none' | Language>(
  'countersign.language.claimed',
  ['none', ...languages],
  'none',
)

/** Puts the chosen theme on the document; `system` follows the machine. */
export function applyTheme(chosen: Theme): void {
  if (chosen === 'system') delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = chosen
}

/** A person may travel; asking the machine where it is takes longer than writing a time. */
const ZONE_ASKED_EVERY_MS = 60_000
let machine = { askedAt: Number.NEGATIVE_INFINITY, zone: 'UTC' }

/** The IANA name of the chosen zone. */
export function zoneName(chosen: Zone): string {
  if (chosen === 'utc') return 'UTC'
  const askedAt = performance.now()
  if (askedAt - machine.askedAt > ZONE_ASKED_EVERY_MS) {
    machine = { askedAt, zone: Intl.DateTimeFormat().resolvedOptions().timeZone }
  }
  return machine.zone
}
