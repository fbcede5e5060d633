import type { ReactNode, Ref } from 'react'
import styles from './split-view.module.css'

/** A list beside what is open in it. Where there is no room for both, what is open takes the place of the list. */
export function SplitView({
  title,
  list,
  detail,
  detailLabel,
  detailRef,
}: {
  /** What the page is: its first heading, whatever of it is shown. */
  title: string
  list: ReactNode
  detail: ReactNode | null
  detailLabel: string
  /** What is open, for a key that goes into it. */
  detailRef?: Ref<HTMLElement>
}) {
  return (
    <>
      <h1 className="visually-hidden">{title}</h1>
      <div className={styles.split} data-open={detail !== null || undefined}>
        <div className={styles.list}>{list}</div>
        {detail === null ? null : (
          <section ref={detailRef} tabIndex={-1} className={styles.detail} aria-label={detailLabel}>
            {detail}
          </section>
        )}
      </div>
    </>
  )
}
