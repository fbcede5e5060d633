import type { Me } from '@countersign/sdk/wire/me.ts'
import { Menu } from '@countersign/ui/menu.tsx'
import { commaList } from '@countersign/web-kit/format-list.ts'
import { initials } from '@countersign/web-kit/initials.ts'
import { useText } from '@countersign/web-kit/messages.ts'
import { useSettings } from './settings.ts'
import { useSignOut } from './sign-out.ts'
import styles from './user-menu.module.css'

/** Who I am and as what, how times and colours are shown, and the way out. */
export function UserMenu({ me }: { me: Me }) {
  const t = useText()
  const settings = useSettings()
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
          ...settings,
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
