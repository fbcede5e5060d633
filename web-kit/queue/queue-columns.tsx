import type { QueueColumn, WorkItem } from '@countersign/sdk/wire/queues.ts'
import type { GridColumn } from '@countersign/ui/data-grid.tsx'
import { Fragment } from 'react'
import type { ConsoleWeb } from '../console-web.ts'
import { type Translate, useLanguage, useText } from '../messages.ts'
import { formatMoney, isMoney, Money } from '../money.tsx'
import { numberFormat } from '../number-format.ts'
import { RelativeTime } from '../time.tsx'
import styles from './queue.module.css'
import { Assignee, Due, Helpers, Snoozed, Waits } from './queue-cells.tsx'
import type { QueueRow } from './queue-rows.ts'

const SELECT_PX = 20
/** Initials, and the mark of what waits for approval. */
const ASSIGNEE_PX = 40
const AGE_PX = 56
const DUE_PX = 88
const MONEY_AT_LEAST_PX = 88
const MONEY_AT_MOST_PX = 152
const TIME_PX = 64
const DEADLINE_PX = 96
const TEXT_AT_LEAST_PX = 44
/** A name has to have so much of itself shown to be worth a column. */
const TEXT_FITS_PX = 68
const TEXT_WANTS_PX = 132
const GAP_PX = 12
const EDGES_PX = 32
/** Inter at 13 px, weight 500: a letter is about this wide. */
const LETTER_PX = 7.8
const CODE_AT_LEAST_PX = 48
const CODE_AT_MOST_PX = 176
/** Rows by which the columns are measured: enough to be typical, few enough to be quick. */
const MEASURED_ROWS = 60
/** Below this there is no room for columns, and a row is two lines. */
export const CARDS_BELOW_PX = 480
/** So many of the declared columns are in the two lines, beside the amount. */
const CARD_WORDS = 3
/** Below this the age goes: what is due says more. */
const AGE_FROM_PX = 760

type Options = {
  declared: QueueColumn[]
  letters: Letters
  /** Columns whose values are figures, by key. */
  numeric: ReadonlySet<string>
  width: number
  console: ConsoleWeb
  t: Translate
  me: string
  selected: ReadonlySet<string>
  onSelect: (row: QueueRow) => void
}

/** How many letters the longest value of each column has, its title and labels among them. */
export type Letters = Record<string, number>

export function lettersOf(
  declared: QueueColumn[],
  rows: WorkItem[],
  console: Pick<ConsoleWeb, 'columnLabels'>,
  t: Translate,
  language: string,
): Letters {
  const letters: Letters = {}
  for (const column of declared) {
    const labels = console.columnLabels[column.key] ?? {}
    const shown = rows.slice(0, MEASURED_ROWS).map((row) => {
      const value = row.fields[column.key]
      const label = labels[String(value)]
      if (label !== undefined) return t(label).length
      if (isMoney(value)) return `${formatMoney(value, language).amount} ${value.currency}`.length
      return typeof value === 'string' || typeof value === 'number' ? String(value).length : 0
    })
    letters[column.key] = Math.max(column.title.length, ...shown)
  }
  return letters
}

/** The columns that hold numbers and nothing else; they are read down, unit under unit. */
export function numericColumns(declared: QueueColumn[], rows: WorkItem[]): ReadonlySet<string> {
  const values = (key: string) =>
    rows.slice(0, MEASURED_ROWS).flatMap((row) => (row.fields[key] == null ? [] : [row.fields[key]]))
  return new Set(
    declared.flatMap(({ key }) => {
      const found = values(key)
      return found.length > 0 && found.every((value) => typeof value === 'number') ? [key] : []
    }),
  )
}

/** The columns of a queue for a list of that width. */
export function queueColumns(options: Options): GridColumn<QueueRow>[] {
  const { t, width, console } = options
  if (width < CARDS_BELOW_PX) return [selectColumn(options), cardColumn(options)]
  const columns = [selectColumn(options)]
  for (const column of fittingColumns(options.declared, width, console, options.letters)) {
    columns.push({
      key: column.key,
      header: column.title,
      track: trackOf(column, options.letters),
      ...(column.type === 'money' || options.numeric.has(column.key) ? { align: 'end' as const } : {}),
      render: (row) => <FieldCell column={column} row={row} console={console} />,
    })
  }
  columns.push({
    key: 'assignee',
    header: <span className="visually-hidden">{t('queue.column.assignee')}</span>,
    track: `${ASSIGNEE_PX}px`,
    render: (row) => (
      <span className={styles.marks}>
        <Snoozed row={row} />
        <Waits row={row} me={options.me} />
        <Assignee person={row.assignee} me={options.me} />
        <Helpers row={row} />
      </span>
    ),
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
  console: Pick<ConsoleWeb, 'hiddenColumns'>,
  letters: Letters,
): QueueColumn[] {
  const fixed = [SELECT_PX, ASSIGNEE_PX, DUE_PX, ...(width >= AGE_FROM_PX ? [AGE_PX] : [])]
  let left = width - EDGES_PX - fixed.reduce((sum, px) => sum + px + GAP_PX, 0)
  const fitting = declared.filter((column) => {
    if (console.hiddenColumns.includes(column.key)) return false
    const least = widthOf(column, letters) + GAP_PX
    if (least > left) return false
    left -= least
    return true
  })
  // Names that can be read come before whatever is declared after them.
  const names = fitting.filter(isText)
  const wants = names.reduce((sum, column) => sum + wantedBy(column, letters) - widthOf(column, letters), 0)
  while (left < wants) {
    const last = fitting.at(-1)
    if (last === undefined || names.length === 0 || isText(last) || last.type === 'money') break
    left += widthOf(last, letters) + GAP_PX
    fitting.pop()
  }
  return fitting
}

/** Columns that share what width is left. */
function isText(column: QueueColumn): boolean {
  return column.type === 'text' || column.type === 'person'
}

/** Texts share what is left, each by how long they are. */
function trackOf(column: QueueColumn, letters: Letters): string {
  if (!isText(column)) return `${widthOf(column, letters)}px`
  return `minmax(0, ${Math.min(40, Math.max(6, letters[column.key] ?? 0))}fr)`
}

/** What a name takes to be read, as far as names go. */
function wantedBy(column: QueueColumn, letters: Letters): number {
  return Math.min(TEXT_WANTS_PX, Math.ceil((letters[column.key] ?? 0) * LETTER_PX))
}

function widthOf(column: QueueColumn, letters: Letters): number {
  const wanted = Math.ceil((letters[column.key] ?? 0) * LETTER_PX)
  switch (column.type) {
    case 'text':
    case 'person':
      return Math.min(TEXT_FITS_PX, Math.max(TEXT_AT_LEAST_PX, wanted))
    case 'money':
      return Math.min(MONEY_AT_MOST_PX, Math.max(MONEY_AT_LEAST_PX, wanted))
    case 'time':
      return TIME_PX
    case 'deadline':
      return DEADLINE_PX
    case 'code':
      return Math.min(CODE_AT_MOST_PX, Math.max(CODE_AT_LEAST_PX, wanted))
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
        onChange={() => onSelect(row)}
      />
    ),
  }
}

/** A row in two lines, in the order of what is declared: what it is, after its code, and how much; more, and until when. */
function cardColumn({ declared, console, t, me }: Options): GridColumn<QueueRow> {
  const moneyColumn = declared.find((column) => column.type === 'money')
  const words = declared.filter((column) => isText(column) || column.type === 'code')
  const first = words.slice(0, words[0]?.type === 'code' ? 2 : 1)
  const second = words.slice(first.length, CARD_WORDS)
  const cells = (columns: QueueColumn[], row: QueueRow) =>
    columns.map((column) => (
      <Fragment key={column.key}>
        <FieldCell column={column} row={row} console={console} />{' '}
      </Fragment>
    ))
  return {
    key: 'item',
    header: t('queue.column.item'),
    track: 'minmax(0, 1fr)',
    composite: true,
    render: (row) => (
      <span className={styles.card}>
        <span className={styles.cardText} dir="auto">
          {first.length === 0 ? row.title : cells(first, row)}
        </span>
        <span className={styles.cardEnd}>
          {moneyColumn === undefined ? null : <FieldCell column={moneyColumn} row={row} console={console} />}
        </span>
        <span className={styles.cardFaint} dir="auto">
          {cells(second, row)}
        </span>
        <span className={styles.cardEnd}>
          <Snoozed row={row} /> <Waits row={row} me={me} /> <Assignee person={row.assignee} me={me} />{' '}
          <Helpers row={row} /> <Due row={row} />
        </span>
      </span>
    ),
  }
}

/** A value of a row as its column says to show it. */
export function FieldCell({
  column,
  row,
  console,
}: {
  column: QueueColumn
  row: WorkItem
  console: ConsoleWeb
}) {
  const t = useText()
  const language = useLanguage()
  const value = row.fields[column.key]
  if (value === null || value === undefined || value === '') return <Blank />
  if (isMoney(value)) return <Money value={value} />
  if (column.type === 'time' && typeof value === 'string') return <RelativeTime at={value} bare />
  if (column.type === 'deadline' && typeof value === 'string') return <RelativeTime at={value} />
  if (column.type === 'person') return <span title={personName(value)}>{personName(value)}</span>
  const label = console.columnLabels[column.key]?.[String(value)]
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
