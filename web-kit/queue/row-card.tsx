import type { QueueColumn, WorkItem } from '@countersign/sdk/wire/queues.ts'
import { Fragment, type ReactNode } from 'react'
import type { ConsoleWeb } from '../console-web.ts'
import { FieldCell, isText } from './field-cell.tsx'
import styles from './row-card.module.css'

/** A row in two lines, for a width without room for columns: of each line the words, and what stands at its end. */
export function RowCard({
  first,
  firstEnd,
  second,
  secondEnd,
}: {
  first: ReactNode
  firstEnd: ReactNode
  second: ReactNode
  secondEnd: ReactNode
}) {
  return (
    <span className={styles.card}>
      <span className={styles.text}>{first}</span>
      <span className={`${styles.end} ${styles.amount}`}>{firstEnd}</span>
      <span className={styles.faint}>{second}</span>
      <span className={styles.end}>{secondEnd}</span>
    </span>
  )
}

/** Cells of a line in the order of the page; within each its own text decides which way it is read and where it is cut. */
export function CardCells({
  columns,
  row,
  console,
  named,
}: {
  columns: readonly QueueColumn[]
  /** Those that are shown with their title before the value, by key. */
  named?: ReadonlySet<string>
  row: Pick<WorkItem, 'fields'>
  console: Pick<ConsoleWeb, 'columnLabels'>
}) {
  return columns.map((column, nth) => (
    <Fragment key={column.key}>
      {nth === 0 ? null : (
        <span className={styles.between} aria-hidden="true">
          {'· '}
        </span>
      )}
      <bdi className={styles.cell} data-whole={!isText(column)}>
        {named?.has(column.key) ? <span className={styles.of}>{column.title} </span> : null}
        <FieldCell column={column} row={row} console={console} />
      </bdi>{' '}
    </Fragment>
  ))
}

/** What a row is called, where none of its columns says so. */
export function CardTitle({ children }: { children: string }) {
  return <bdi className={styles.cell}>{children}</bdi>
}
