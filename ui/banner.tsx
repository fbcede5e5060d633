import type { ReactNode } from 'react'
import styles from './banner.module.css'
import type { Tone } from './tone.ts'

/** One sentence across a page or a pane about its state, with what to do. Announced when it appears. */
export function Banner({ tone, children, action }: { tone: Tone; children: ReactNode; action?: ReactNode }) {
  return (
    <div className={styles.banner} data-tone={tone} role={tone === 'danger' ? 'alert' : 'status'}>
      <div className={styles.text}>{children}</div>
      {action}
    </div>
  )
}
