import type { ReactNode } from 'react'
import styles from './split-view.module.css'

/** A list beside what is open in it. Where there is no room for both, what is open takes the place of the list. */
export function SplitView({
  list,
  detail,
  detailLabel,
}: {
  list: ReactNode
  detail: ReactNode | null
  detailLabel: string
}) {
  return (
    <div className={styles.split} data-open={detail !== null || undefined}>
      <div className={styles.list}>{list}</div>
      {detail === null ? null : (
        <section className={styles.detail} aria-label={detailLabel}>
          {detail}
        </section>
      )}
    </div>
  )
}
