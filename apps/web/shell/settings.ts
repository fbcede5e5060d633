import { LANGUAGE_NAMES } from '@countersign/web-kit/languages.ts'
import { useText } from '@countersign/web-kit/messages.ts'
import {
  type Density,
  densities,
  density,
  languageChoice,
  languageChoices,
  type Theme,
  theme,
  themes,
  type Zone,
  zone,
  zoneName,
  zones,
} from '@countersign/web-kit/preferences.ts'
import { useStoredValue } from '@countersign/web-kit/stored-value.ts'

export type Setting = {
  key: string
  title: string
  items: { key: string; label: string; checked: boolean; onSelect: () => void }[]
}

const THEMES: Record<Theme, string> = {
  system: 'user.theme.system',
  light: 'user.theme.light',
  dark: 'user.theme.dark',
}
const DENSITIES: Record<Density, string> = {
  dense: 'user.density.dense',
  comfortable: 'user.density.comfortable',
}
const ZONES: Record<Zone, string> = { local: 'user.zone.local', utc: 'user.zone.utc' }

/** How this browser shows things, and what else could be chosen. */
export function useSettings(): Setting[] {
  const t = useText()
  const chosenTheme = useStoredValue(theme)
  const chosenDensity = useStoredValue(density)
  const chosenLanguage = useStoredValue(languageChoice)
  const chosenZone = useStoredValue(zone)
  return [
    {
      key: 'theme',
      title: t('user.theme'),
      items: themes.map((one) => ({
        key: one,
        label: t(THEMES[one]),
        checked: one === chosenTheme,
        onSelect: () => theme.write(one),
      })),
    },
    {
      key: 'density',
      title: t('user.density'),
      items: densities.map((one) => ({
        key: one,
        label: t(DENSITIES[one]),
        checked: one === chosenDensity,
        onSelect: () => density.write(one),
      })),
    },
    {
      key: 'language',
      title: t('user.language'),
      items: languageChoices.map((one) => ({
        key: one,
        label: one === 'account' ? t('user.language.account') : LANGUAGE_NAMES[one],
        checked: one === chosenLanguage,
        onSelect: () => languageChoice.write(one),
      })),
    },
    {
      key: 'zone',
      title: t('user.zone'),
      items: zones.map((one) => ({
        key: one,
        label: t(ZONES[one], { zone: zoneName(one) }),
        checked: one === chosenZone,
        onSelect: () => zone.write(one),
      })),
    },
  ]
}
