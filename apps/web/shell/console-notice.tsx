import type { Me } from '@countersign/sdk/wire/me.ts'
import { Badge } from '@countersign/ui/badge.tsx'
import { useText } from '@countersign/web-kit/messages.ts'
import { consoleOfPath } from '../consoles.ts'
import styles from './console-notice.module.css'

/** P-13: on the pages of a console that says so, as what one is here, and what the console is not for. */
export function ConsoleNotice({ me, pathname }: { me: Pick<Me, 'roles'>; pathname: string }) {
  const t = useText()
  const entry = consoleOfPath(pathname)
  if (entry?.notice === undefined) return null
  const roles = me.roles.filter((role) => role.startsWith(`${entry.name}/`))
  return (
    <aside className={styles.notice} aria-label={t('consoleNotice.label', { console: t(entry.title) })}>
      {roles.map((role) => (
        <Badge key={role} tone="accent">
          {role.slice(entry.name.length + 1)}
        </Badge>
      ))}
      <span>{t(entry.notice)}</span>
    </aside>
  )
}
