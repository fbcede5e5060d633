import { storedValue } from './stored-value.ts'

export type Theme = 'system' | 'light' | 'dark'
export const themes = ['system', 'light', 'dark'] as const
export const theme = storedValue<Theme>('countersign.theme', themes, 'system')

export type Zone = 'local' | 'utc'
export const zones = ['local', 'utc'] as const
export const zone = storedValue<Zone>('countersign.zone', zones, 'local')

/** Puts the chosen theme on the document; `system` follows the machine. */
export function applyTheme(chosen: Theme): void {
  if (chosen === 'system') delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = chosen
}

/** The IANA name of the chosen zone. */
export function zoneName(chosen: Zone): string {
  return chosen === 'utc' ? 'UTC' : Intl.DateTimeFormat().resolvedOptions().timeZone
}
