import styles from './chart.module.css'
import type { ChartTone } from './chart-data.ts'
import { DASHES } from './dashes.ts'

/** A piece of the line as it is drawn: its colour, and its dash for those to whom the colour says nothing. */
export function Swatch({ tone }: { tone: ChartTone }) {
  return (
    <svg className={styles.swatch} viewBox="0 0 24 4" aria-hidden="true" data-tone={tone}>
      <line x1="0" y1="2" x2="24" y2="2" strokeDasharray={DASHES[tone].join(' ')} />
    </svg>
  )
}
