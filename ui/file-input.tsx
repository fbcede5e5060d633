import type { ComponentPropsWithRef } from 'react'
import styles from './file-input.module.css'

/** A file of one's own. The browser's field lies over it unseen: what it would say is in the browser's language, not the console's. */
export function FileInput({
  chosen,
  chooseLabel,
  noneLabel,
  ...props
}: Omit<ComponentPropsWithRef<'input'>, 'className' | 'type'> & {
  /** Its name. */
  chosen: string | null
  chooseLabel: string
  noneLabel: string
}) {
  return (
    <span className={styles.file}>
      <input {...props} type="file" className={styles.field} title={chosen ?? noneLabel} />
      <span className={styles.button} aria-hidden="true">
        {chooseLabel}
      </span>
      <span className={styles.name} aria-hidden="true">
        <bdi>{chosen ?? noneLabel}</bdi>
      </span>
    </span>
  )
}
