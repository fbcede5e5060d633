import type { QueueColumn, WorkItem } from '@countersign/sdk/wire.ts'
import type { GridColumn } from '@countersign/ui/data-grid.tsx'
import type { ConsoleWeb } from '../console-web.ts'
import { type Translate, useLanguage, useText } from '../messages.ts'
import { isMoney, Money } from '../money.tsx'
import { RelativeTime } from '../time.tsx'
import styles from './queue.module.css'
import { Assignee, Due } from './queue-cells.tsx'
import type { QueueRow } from './queue-rows.ts'

const SELECT_PX = 20
const ASSIGNEE_PX = 28
const AGE_PX = 56
const DUE_PX = 88
const MONEY_PX = 124
const TIME_PX = 64
const TEXT_AT_LEAST_PX = 84
const GAP_PX = 12
const EDGES_PX = 32
/** Inter at 13 px, weight 500: a letter is about this wide. */
const LETTER_PX = 8.2
const CODE_AT_LEAST_PX = 48
const CODE_AT_MOST_PX = 132
/** Below this there is no room for columns, and a row is two lines. */
export const CARDS_BELOW_PX = 480
/** Below this the age goes: what is due says more. */
const AGE_FROM_PX = 760

type Options = {
  declared: QueueColumn[]
  width: number
  console: ConsoleWeb
  t: Translate
  me: string
  selected: ReadonlySet<string>
  onSelect: (id: string) => void
}

/** The columns of a queue for a list of that width. */
export function queueColumns(options: Options): GridColumn<QueueRow>[] {
  const { t, width, console } = options
  if (width < CARDS_BELOW_PX) return [selectColumn(options), cardColumn(options)]
  const columns = [selectColumn(options)]
  for (const column of fittingColumns(options.declared, width, console, t)) {
    columns.push({
      key: column.key,
      header: column.title,
      track: isText(column) ? 'minmax(0, 1fr)' : `${widthOf(column, console, t)}px`,
      ...(column.type === 'money' ? { align: 'end' as const } : {}),
      render: (row) => <FieldCell column={column} row={row} console={console} />,
    })
  }
  columns.push({
    key: 'assignee',
    header: <span className="visually-hidden">{t('queue.column.assignee')}</span>,
    track: `${ASSIGNEE_PX}px`,
    render: (row) => <Assignee person={row.assignee} me={options.me} />,
  })
  if (width >= AGE_FROM_PX) {
    columns.push({
      key: 'age',
      header: t('queue.column.age'),
      track: `${AGE_PX}px`,
      align: 'end',
      render: (row) => <RelativeTime at={row.opened_at} bare />,
    })
  }
  columns.push({
    key: 'due',
    header: t('queue.column.due'),
    track: `${DUE_PX}px`,
    align: 'end',
    render: (row) => <Due row={row} />,
  })
  return columns
}

/** The declared columns that fit, in their order; those that do not are on the record. */
export function fittingColumns(
  declared: QueueColumn[],
  width: number,
  console: Pick<ConsoleWeb, 'columnLabels' | 'hiddenColumns'>,
  t: Translate,
): QueueColumn[] {
  const fixed = [SELECT_PX, ASSIGNEE_PX, DUE_PX, ...(width >= AGE_FROM_PX ? [AGE_PX] : [])]
  let left = width - EDGES_PX - fixed.reduce((sum, px) => sum + px + GAP_PX, 0)
  return declared.filter((column) => {
    if (console.hiddenColumns.includes(column.key)) return false
    const least = widthOf(column, console, t) + GAP_PX
    if (least > left) return false
    left -= least
    return true
  })
}

/** Columns that share what width is left. */
function isText(column: QueueColumn): boolean {
  return column.type === 'text' || column.type === 'person'
}

function widthOf(column: QueueColumn, console: Pick<ConsoleWeb, 'columnLabels'>, t: Translate): number {
  switch (column.type) {
    case 'text':
    case 'person':
      return TEXT_AT_LEAST_PX
    case 'money':
      return MONEY_PX
    case 'time':
      return TIME_PX
    case 'code': {
      const labels = Object.values(console.columnLabels[column.key] ?? {}).map((id) => t(id))
      const letters = Math.max(column.title.length, ...labels.map((label) => label.length))
      return Math.min(CODE_AT_MOST_PX, Math.max(CODE_AT_LEAST_PX, Math.ceil(letters * LETTER_PX)))
    }
  }
}

function selectColumn({ t, selected, onSelect }: Options): GridColumn<QueueRow> {
  return {
    key: 'select',
    header: <span className="visually-hidden">{t('queue.column.select')}</span>,
    track: `${SELECT_PX}px`,
    render: (row) => (
      <input
        type="checkbox"
        tabIndex={-1}
        className={styles.check}
        checked={selected.has(row.id)}
        aria-label={t('queue.select', { title: row.title })}
        onChange={() => onSelect(row.id)}
      />
    ),
  }
}

/** A row in two lines: what it is and how much; who and until when. */
function cardColumn({ declared, console, t, me }: Options): GridColumn<QueueRow> {
  const moneyColumn = declared.find((column) => column.type === 'money')
  const lead = declared.find((column) => column.type === 'code')
  const rest = declared.filter((column) => column !== moneyColumn && column !== lead && isText(column))
  return {
    key: 'item',
    header: t('queue.column.item'),
    track: 'minmax(0, 1fr)',
    render: (row) => (
      <span className={styles.card}>
        <span className={styles.cardText}>
          {lead === undefined ? row.title : <FieldCell column={lead} row={row} console={console} />}{' '}
          {rest.slice(0, 1).map((column) => (
            <FieldCell key={column.key} column={column} row={row} console={console} />
          ))}
        </span>
        <span className={styles.cardEnd}>
          {moneyColumn === undefined ? null : <FieldCell column={moneyColumn} row={row} console={console} />}
        </span>
        <span className={styles.cardFaint}>
          {rest.slice(1, 2).map((column) => (
            <FieldCell key={column.key} column={column} row={row} console={console} />
          ))}
        </span>
        <span className={styles.cardEnd}>
          <Assignee person={row.assignee} me={me} /> <Due row={row} />
        </span>
      </span>
    ),
  }
}

function FieldCell({ column, row, console }: { column: QueueColumn; row: WorkItem; console: ConsoleWeb }) {
  const t = useText()
  const language = useLanguage()
  const value = row.fields[column.key]
  if (value === null || value === undefined) return null
  if (isMoney(value)) return <Money value={value} />
  if (column.type === 'time' && typeof value === 'string') return <RelativeTime at={value} bare />
  if (column.type === 'person') return personName(value)
  const label = console.columnLabels[column.key]?.[String(value)]
  const text = label === undefined ? plain(value, language) : t(label)
  return (
    <span className={column.type === 'code' ? styles.code : undefined} title={text}>
      {text}
    </span>
  )
}

function plain(value: unknown, language: string): string {
  return typeof value === 'number' ? new Intl.NumberFormat(language).format(value) : String(value)
}

function personName(value: unknown): string {
  if (typeof value === 'object' && value !== null && 'name' in value) return String(value.name)
  return String(value)
}
