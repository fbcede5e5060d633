import styles from './skeleton.module.css'

/** Grey bars where text will be, of the text's own height, so that nothing moves when it arrives. */
export function Skeleton({ lines = 1, label }: { lines?: number; label: string }) {
  return (
    <div className={styles.skeleton} role="status" aria-busy="true" aria-label={label}>
      {Array.from({ length: lines }, (_, line) => line).map((line) => (
        <span key={line} className={styles.line} style={{ inlineSize: `${WIDTHS[line % WIDTHS.length]}%` }} />
      ))}
    </div>
  )
}

const WIDTHS = [62, 84, 48, 74, 56, 90, 40]
