import type { ReactNode } from 'react'
import styles from './notice.module.css'

/** What stands where content would: empty, failed, not allowed, not found. Says what happened and what to do. */
export function Notice({
  title,
  children,
  actions,
  fine,
  urgent = false,
  page = false,
}: {
  title: string
  children?: ReactNode
  actions?: ReactNode
  /** Small print: a request id, a code. */
  fine?: ReactNode
  urgent?: boolean
  /** It stands in the place of the whole page. */
  page?: boolean
}) {
  const Heading = page ? 'h1' : 'h2'
  return (
    <section className={styles.notice} role={urgent ? 'alert' : undefined}>
      <Heading className={styles.title}>{title}</Heading>
      {children === undefined ? null : <div className={styles.body}>{children}</div>}
      {actions === undefined ? null : <div className={styles.actions}>{actions}</div>}
      {fine === undefined ? null : <div className={styles.fine}>{fine}</div>}
    </section>
  )
}
