import type { ReactNode } from 'react'
import styles from './chip.module.css'

/** A filter in force: what it is and a way to remove it. */
export function Chip({
  label,
  children,
  removeLabel,
  onRemove,
}: {
  label: string
  children: ReactNode
  removeLabel: string
  onRemove: () => void
}) {
  return (
    <span className={styles.chip}>
      <span className={styles.label}>{label}</span>
      <span className={styles.value}>{children}</span>
      <button type="button" className={styles.remove} aria-label={removeLabel} onClick={onRemove}>
        <svg viewBox="0 0 8 8" aria-hidden="true">
          <path d="M1.5 1.5l5 5M6.5 1.5l-5 5" />
        </svg>
      </button>
    </span>
  )
}
