import type { ReactNode } from 'react'
import styles from './chart.module.css'

/** Charts side by side where there is room. */
export function Charts({ children }: { children: ReactNode }) {
  return <div className={styles.charts}>{children}</div>
}
