import type { QueueColumn, WorkItem } from '@countersign/sdk/wire/queues.ts'
import type { GridColumn } from '@countersign/ui/data-grid.tsx'
import type { ConsoleWeb } from '../console-web.ts'
import type { Translate } from '../messages.ts'
import { formatMoney, isMoney } from '../money.tsx'
import { RecordMarks } from '../record-marks.tsx'
import { RelativeTime } from '../time.tsx'
import { deadlineWords } from './deadline-words.ts'
import { FieldCell, isText } from './field-cell.tsx'
import styles from './queue.module.css'
import { Assignee, Due, Helpers, Snoozed, Waits } from './queue-cells.tsx'
import type { QueueRow } from './queue-rows.ts'
import { CardCells, CardTitle, RowCard } from './row-card.tsx'

const SELECT_PX = 20
/** Initials, and the mark of what waits for approval. */
const ASSIGNEE_PX = 40
const AGE_PX = 56
/** The sign of a mark; its word comes beside it where there is room. */
const MARK_PX = 14
const MARK_AT_MOST_PX = 120
const DUE_PX = 88
const MONEY_AT_LEAST_PX = 88
const MONEY_AT_MOST_PX = 152
const TIME_PX = 64
/** Of the sign behind one that is over. */
const DEADLINE_SIGN_LETTERS = 2
const DEADLINE_AT_LEAST_PX = 72
const DEADLINE_AT_MOST_PX = 160
/** Of `0.955`; a longer title makes it wider. */
const SCORE_PX = 52
const SCORE_AT_MOST_PX = 96
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
/** Below this the age goes, and the words of marks: what is due says more. */
const AGE_FROM_PX = 760

type Options = {
  declared: QueueColumn[]
  letters: Letters
  /** The word that a row is marked with, where any is. */
  mark?: string | undefined
  /** Columns whose values are figures, by key. */
  numeric: ReadonlySet<string>
  width: number
  /** What a narrow list is sorted by, where no card would show it otherwise. */
  sortedBy?: QueueColumn | undefined
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
  rows: readonly Pick<WorkItem, 'fields'>[],
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
      if (column.type === 'deadline' && typeof value === 'string') {
        return deadlineWords(value, Date.now(), t, language).length + DEADLINE_SIGN_LETTERS
      }
      if (isMoney(value)) return `${formatMoney(value, language).amount} ${value.currency}`.length
      return typeof value === 'string' || typeof value === 'number' ? String(value).length : 0
    })
    letters[column.key] = Math.max(column.title.length, ...shown)
  }
  return letters
}

/** The columns that hold numbers and nothing else; they are read down, unit under unit. */
export function numericColumns(
  declared: QueueColumn[],
  rows: readonly Pick<WorkItem, 'fields'>[],
): ReadonlySet<string> {
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
  const wide = width >= AGE_FROM_PX
  const markPx = options.mark === undefined ? 0 : wide ? markWidth(options.mark) : MARK_PX
  for (const column of fittingColumns(options.declared, width, console, options.letters, markPx)) {
    columns.push({
      key: column.key,
      header: column.title,
      track: trackOf(column, options.letters),
      ...(column.type === 'money' || options.numeric.has(column.key) ? { align: 'end' as const } : {}),
      render: (row) => <FieldCell column={column} row={row} console={console} />,
    })
  }
  if (markPx > 0) {
    columns.push({
      key: 'marks',
      header: <span className="visually-hidden">{t('queue.column.marks')}</span>,
      track: `${markPx}px`,
      render: (row) => <RecordMarks marks={row.marks} narrow={!wide} />,
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
  if (wide) {
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
  markPx = 0,
): QueueColumn[] {
  const fixed = [
    ...[SELECT_PX, ASSIGNEE_PX, DUE_PX],
    ...(width >= AGE_FROM_PX ? [AGE_PX] : []),
    ...(markPx > 0 ? [markPx] : []),
  ]
  return columnsIn(
    width - fixed.reduce((sum, px) => sum + px + GAP_PX, 0),
    declared.filter(({ key }) => !console.hiddenColumns.includes(key)),
    letters,
  )
}

/** As many of the columns as fit into so much room, in their order. */
export function columnsIn(room: number, shown: QueueColumn[], letters: Letters): QueueColumn[] {
  let left = room - EDGES_PX
  const taken = new Set<QueueColumn>()
  const take = (columns: QueueColumn[]) => {
    for (const column of columns) {
      const least = widthOf(column, letters) + GAP_PX
      if (taken.has(column) || least > left) continue
      left -= least
      taken.add(column)
    }
  }
  // Where some are to stay, how much it is is known first, then those, then the rest in its order.
  const staying = shown.filter(stays)
  if (staying.length > 0) take([...shown.filter(({ type }) => type === 'money'), ...staying])
  take(shown)
  const fitting = shown.filter((column) => taken.has(column))
  // Names that can be read come before whatever is declared after them.
  const names = fitting.filter(isText)
  const wants = names.reduce((sum, column) => sum + wantedBy(column, letters) - widthOf(column, letters), 0)
  while (left < wants) {
    const last = fitting.findLast((column) => !stays(column))
    if (last === undefined || names.length === 0 || isText(last) || last.type === 'money') break
    left += widthOf(last, letters) + GAP_PX
    fitting.splice(fitting.indexOf(last), 1)
  }
  return fitting
}

function markWidth(word: string): number {
  return Math.min(MARK_AT_MOST_PX, MARK_PX + Math.ceil(word.length * LETTER_PX))
}

function stays(column: QueueColumn): boolean {
  return column.stays === true
}

/** Texts share what is left, each by how long they are. */
export function trackOf(column: QueueColumn, letters: Letters): string {
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
      return Math.min(DEADLINE_AT_MOST_PX, Math.max(DEADLINE_AT_LEAST_PX, wanted))
    case 'score':
      return Math.min(SCORE_AT_MOST_PX, Math.max(SCORE_PX, wanted))
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
function cardColumn({ declared, sortedBy, console, t, me }: Options): GridColumn<QueueRow> {
  const moneyColumn = declared.find((column) => column.type === 'money')
  const words = declared.filter((column) => isText(column) || ['code', 'score'].includes(column.type))
  const first = words.slice(0, words[0]?.type === 'code' ? 2 : 1)
  const staying = declared.filter((column) => stays(column) && !first.includes(column))
  const second = [...staying, ...words.filter((one) => !first.includes(one) && !staying.includes(one))].slice(
    0,
    CARD_WORDS - first.length + staying.length,
  )
  return {
    key: 'item',
    header: t('queue.column.item'),
    track: 'minmax(0, 1fr)',
    composite: true,
    render: (row) => (
      <RowCard
        first={
          first.length === 0 ? (
            <CardTitle>{row.title}</CardTitle>
          ) : (
            <CardCells columns={first} row={row} console={console} />
          )
        }
        firstEnd={
          moneyColumn === undefined ? null : <FieldCell column={moneyColumn} row={row} console={console} />
        }
        second={<CardCells columns={second} row={row} console={console} />}
        secondEnd={
          <>
            <RecordMarks marks={row.marks} /> <Snoozed row={row} /> <Waits row={row} me={me} />{' '}
            <Assignee person={row.assignee} me={me} /> <Helpers row={row} />{' '}
            {sortedBy === undefined || row.gone ? (
              <Due row={row} />
            ) : (
              <>
                <span className="visually-hidden">{sortedBy.title}</span>{' '}
                <FieldCell column={sortedBy} row={row} console={console} />
              </>
            )}
          </>
        }
      />
    ),
  }
}
