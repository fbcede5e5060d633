import type { Me } from '@countersign/sdk/wire/me.ts'
import { Menu } from '@countersign/ui/menu.tsx'
import { commaList } from '@countersign/web-kit/format-list.ts'
import { initials } from '@countersign/web-kit/initials.ts'
import { LANGUAGE_NAMES } from '@countersign/web-kit/languages.ts'
import { useText } from '@countersign/web-kit/messages.ts'
import {
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
import { useSignOut } from './sign-out.ts'
import styles from './user-menu.module.css'

const THEMES: Record<Theme, string> = {
  system: 'user.theme.system',
  light: 'user.theme.light',
  dark: 'user.theme.dark',
}
const ZONES: Record<Zone, string> = { local: 'user.zone.local', utc: 'user.zone.utc' }

/** Who I am and as what, how times and colours are shown, and the way out. */
export function UserMenu({ me }: { me: Me }) {
  const t = useText()
  const chosenTheme = useStoredValue(theme)
  const chosenZone = useStoredValue(zone)
  const chosenLanguage = useStoredValue(languageChoice)
  const { signOut, failed } = useSignOut()

  return (
    <>
      {failed ? (
        <span role="alert" className={styles.failed}>
          {t('user.signOutFailed')}
        </span>
      ) : null}
      <Menu
        label={t('user.menu', { name: me.person.name, roles: commaList(me.roles, t) })}
        button={
          <>
            <span className={styles.initials} aria-hidden="true">
              {initials(me.person.name)}
            </span>
            <span className={styles.who}>
              <span className={styles.name}>{me.person.name}</span>
              <span className={styles.roles}>{commaList(me.roles, t)}</span>
            </span>
          </>
        }
        groups={[
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
          {
            key: 'session',
            title: commaList(me.roles, t),
            items: [{ key: 'out', label: t('user.signOut'), onSelect: signOut }],
          },
        ]}
      />
    </>
  )
}
