import type { ReactNode } from 'react'
import styles from './facts.module.css'

/** `wide` values take the whole width where there is little. */
export type Fact = { label: string; value: ReactNode; wide?: boolean }

/** Names and values, one a row, aligned. Rows whose value is null are left out. */
export function Facts({ facts }: { facts: Fact[] }) {
  return (
    <dl className={styles.facts}>
      {facts
        .filter((fact) => fact.value !== null && fact.value !== undefined && fact.value !== '')
        .map((fact) => (
          <div key={fact.label} className={styles.row} data-wide={fact.wide || undefined}>
            <dt className={styles.label}>{fact.label}</dt>
            <dd className={styles.value}>
              {/* A masked number reads the same whichever way the page does. */}
              {typeof fact.value === 'string' ? <bdi>{fact.value}</bdi> : fact.value}
            </dd>
          </div>
        ))}
    </dl>
  )
}
