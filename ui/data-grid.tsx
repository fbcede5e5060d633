import { type KeyboardEvent, memo, type ReactNode, type Ref, useEffect, useRef } from 'react'
import styles from './data-grid.module.css'
import { useRowsInView } from './use-rows-in-view.ts'

export type GridColumn<Row> = {
  key: string
  header: ReactNode
  /** A CSS track, such as `120px` or `minmax(0, 1fr)`. */
  track: string
  align?: 'start' | 'end'
  /** The cell lays out several things, each of which has its own direction of writing. */
  composite?: boolean
  render: (row: Row) => ReactNode
}

/** The end is announced this many rows before it is reached, so that the next page is there in time. */
const END_AHEAD_ROWS = 40

/**
 * A dense table of any length: only the rows in view are in the document. The grid takes focus as one; the active row
 * is its active descendant, moved by the arrows, Home, End and Page keys.
 */
export function DataGrid<Row>({
  label,
  rows,
  columns,
  rowId,
  rowHeight,
  total,
  active,
  openId,
  selected,
  rowState,
  onActive,
  onOpen,
  onEndNear,
  footer,
  gridRef,
  fromTop = false,
}: {
  label: string
  rows: readonly Row[]
  columns: GridColumn<Row>[]
  rowId: (row: Row) => string
  rowHeight: number
  /** Rows there are in all, or -1 where that is not known. */
  total: number
  active: number
  openId: string | null
  selected: ReadonlySet<string>
  /** `gone` is shown faint: the row left the list since it was read. */
  rowState?: (row: Row) => 'present' | 'gone'
  onActive: (index: number) => void
  onOpen: (row: Row) => void
  onEndNear: () => void
  footer?: ReactNode
  /** The grid itself, for whoever gives it the focus. */
  gridRef?: Ref<HTMLDivElement>
  /** It stays at its first rows, wherever the active one is. */
  fromTop?: boolean
}) {
  const scroller = useRef<HTMLDivElement>(null)
  const { from, until, fit, show } = useRowsInView(scroller, rows.length, rowHeight)
  const nearEnd = rows.length > 0 && until > rows.length - END_AHEAD_ROWS

  useEffect(() => {
    if (nearEnd) onEndNear()
  }, [nearEnd, onEndNear])

  useEffect(() => {
    if (active >= 0 && !fromTop) show(active)
  }, [show, active, fromTop])

  const pageRows = Math.max(1, fit - 1)

  function onKeyDown(event: KeyboardEvent) {
    if (event.metaKey || event.ctrlKey || event.altKey) return
    const target: Record<string, number> = {
      ArrowDown: active + 1,
      ArrowUp: active - 1,
      PageDown: active + pageRows,
      PageUp: active - pageRows,
      Home: 0,
      End: rows.length - 1,
    }
    const next = target[event.key]
    if (next === undefined) return
    event.preventDefault()
    onActive(Math.max(0, Math.min(rows.length - 1, next)))
  }

  const template = columns.map((column) => column.track).join(' ')
  const activeRow = rows[active]
  return (
    <div
      ref={gridRef}
      className={styles.grid}
      role="grid"
      aria-label={label}
      aria-rowcount={total < 0 ? -1 : total + 1}
      aria-multiselectable="true"
      aria-activedescendant={activeRow === undefined ? undefined : cellRowId(rowId(activeRow))}
      tabIndex={0}
      onKeyDown={onKeyDown}
    >
      <div role="rowgroup" className={styles.head}>
        <div role="row" aria-rowindex={1} className={styles.row} style={{ gridTemplateColumns: template }}>
          {columns.map((column) => (
            <div key={column.key} role="columnheader" className={styles.header} data-align={column.align}>
              {column.header}
            </div>
          ))}
        </div>
      </div>
      <div ref={scroller} role="rowgroup" className={styles.scroller}>
        <div role="presentation" className={styles.canvas} style={{ blockSize: rows.length * rowHeight }}>
          {rows.slice(from, until).map((row, at) => {
            const index = from + at
            const id = rowId(row)
            return (
              <GridRow
                key={id}
                row={row}
                id={id}
                index={index}
                offset={index * rowHeight}
                height={rowHeight}
                template={template}
                columns={columns}
                active={index === active}
                open={id === openId}
                selected={selected.has(id)}
                gone={rowState?.(row) === 'gone'}
                onActive={onActive}
                onOpen={onOpen}
              />
            )
          })}
        </div>
        {footer}
      </div>
    </div>
  )
}

function cellRowId(id: string): string {
  return `row-${id}`
}

type RowProps<Row> = {
  row: Row
  id: string
  index: number
  offset: number
  height: number
  template: string
  columns: GridColumn<Row>[]
  active: boolean
  open: boolean
  selected: boolean
  gone: boolean
  onActive: (index: number) => void
  onOpen: (row: Row) => void
}

const GridRow = memo(GridRowPlain) as typeof GridRowPlain

function GridRowPlain<Row>(props: RowProps<Row>) {
  const { row, id, index, columns, onActive, onOpen } = props
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the grid moves and opens rows by key
    <div
      role="row"
      id={cellRowId(id)}
      tabIndex={-1}
      aria-rowindex={index + 2}
      aria-selected={props.selected}
      aria-current={props.open ? 'true' : undefined}
      className={styles.row}
      data-active={props.active || undefined}
      data-open={props.open || undefined}
      data-gone={props.gone || undefined}
      style={{
        gridTemplateColumns: props.template,
        blockSize: props.height,
        transform: `translateY(${props.offset}px)`,
      }}
      onClick={(event) => {
        if (event.target instanceof Element && event.target.closest('a, button, input, label') !== null)
          return
        onActive(index)
        onOpen(row)
      }}
    >
      {columns.map((column) => (
        <div
          key={column.key}
          role="gridcell"
          className={styles.cell}
          data-align={column.align}
          {...(column.align === 'end' || column.composite === true ? {} : { dir: 'auto' })}
        >
          {column.render(row)}
        </div>
      ))}
    </div>
  )
}
