import type { QueueColumn, WorkItem } from '@countersign/sdk/wire/queues.ts'
import type { ConsoleWeb } from '../console-web.ts'
import { useLanguage, useText } from '../messages.ts'
import { isMoney, Money } from '../money.tsx'
import { numberFormat } from '../number-format.ts'
import { scoreText } from '../score-text.ts'
import { RelativeTime } from '../time.tsx'
import styles from './queue.module.css'
import { DeadlineCell } from './queue-cells.tsx'

/** A value of a row as its column says to show it. */
export function FieldCell({
  column,
  row,
  console,
}: {
  column: QueueColumn
  row: Pick<WorkItem, 'fields'>
  console: Pick<ConsoleWeb, 'columnLabels'>
}) {
  const t = useText()
  const language = useLanguage()
  const value = row.fields[column.key]
  if (value === null || value === undefined || value === '') return <Blank />
  if (isMoney(value)) return <Money value={value} />
  if (column.type === 'time' && typeof value === 'string') return <RelativeTime at={value} bare />
  if (column.type === 'deadline' && typeof value === 'string') return <DeadlineCell at={value} />
  if (column.type === 'score' && typeof value === 'number') {
    return <span className={styles.apart}>{scoreText(value, language)}</span>
  }
  const label = console.columnLabels[column.key]?.[String(value)]
  if (column.type === 'person' && label === undefined) {
    return <span title={personName(value)}>{personName(value)}</span>
  }
  const text = label === undefined ? plain(value, language) : t(label)
  return (
    // Apart, but with no direction of its own: the cell takes its from this text, and is cut where that ends.
    <span className={column.type === 'code' ? styles.code : styles.apart} title={text}>
      {text}
    </span>
  )
}

function Blank() {
  const t = useText()
  return (
    <span className={styles.blank}>
      <span aria-hidden="true">–</span>
      <span className="visually-hidden">{t('queue.none')}</span>
    </span>
  )
}

function plain(value: unknown, language: string): string {
  if (typeof value !== 'number') return String(value)
  const minimumFractionDigits = Number.isInteger(value) ? 0 : 2
  return numberFormat(language, { minimumFractionDigits }).format(value)
}

function personName(value: unknown): string {
  if (typeof value === 'object' && value !== null && 'name' in value) return String(value.name)
  return String(value)
}

/** Columns of names and words: they share what width is left, and are cut where there is too little. */
export function isText(column: QueueColumn): boolean {
  return column.type === 'text' || column.type === 'person'
}
