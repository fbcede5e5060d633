import type { ReactNode } from 'react'
import styles from './notice.module.css'

/** What stands where content would: empty, failed, not allowed, not found. Says what happened and what to do. */
export function Notice({
  title,
  children,
  actions,
  fine,
  urgent = false,
}: {
  title: string
  children?: ReactNode
  actions?: ReactNode
  /** Small print: a request id, a code. */
  fine?: ReactNode
  urgent?: boolean
}) {
  return (
    <section className={styles.notice} role={urgent ? 'alert' : undefined}>
      <h2 className={styles.title}>{title}</h2>
      {children === undefined ? null : <div className={styles.body}>{children}</div>}
      {actions === undefined ? null : <div className={styles.actions}>{actions}</div>}
      {fine === undefined ? null : <div className={styles.fine}>{fine}</div>}
    </section>
  )
}
