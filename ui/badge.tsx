import type { ReactNode } from 'react'
import styles from './badge.module.css'
import type { Tone } from './tone.ts'

const SHAPES: Record<Tone, string> = {
  neutral: 'M2 4h4',
  accent: 'M4 1.5v5M1.5 4h5',
  danger: 'M2 2l4 4M6 2l-4 4',
  attention: 'M4 1l3 5.5H1z',
  settled: 'M1.5 4.2l1.8 1.9L6.6 2',
}

/** A state in one or two words. The mark's shape carries the tone as well as the colour does. */
export function Badge({ tone, children }: { tone: Tone; children: ReactNode }) {
  return (
    <span className={styles.badge} data-tone={tone}>
      <svg className={styles.mark} viewBox="0 0 8 8" aria-hidden="true">
        <path d={SHAPES[tone]} />
      </svg>
      <span className={styles.text}>{children}</span>
    </span>
  )
}
