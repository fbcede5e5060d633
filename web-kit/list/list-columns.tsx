import type { QueueColumn } from '@countersign/sdk/wire/queues.ts'
import type { GridColumn } from '@countersign/ui/data-grid.tsx'
import type { ConsoleWeb, StateLabel } from '../console-web.ts'
import type { Translate } from '../messages.ts'
import { FieldCell } from '../queue/field-cell.tsx'
import { CARDS_BELOW_PX, columnsIn, type Letters, trackOf } from '../queue/queue-columns.tsx'
import { CardCells, CardTitle, RowCard } from '../queue/row-card.tsx'
import { StateBadge } from '../request/state-badge.tsx'
import type { ListRow } from './list-rows.ts'

const STATE_PX = 108
const GAP_PX = 12
/** So many of the declared columns are in the second line of a card. */
const CARD_WORDS = 2

/** The columns of a list of that width: those that fit, and last the state. */
export function listColumns({
  declared,
  letters,
  numeric,
  width,
  console,
  states,
  t,
}: {
  declared: QueueColumn[]
  letters: Letters
  /** Columns whose values are figures, by key. */
  numeric: ReadonlySet<string>
  width: number
  console: Pick<ConsoleWeb, 'columnLabels'>
  states: Record<string, StateLabel>
  t: Translate
}): GridColumn<ListRow>[] {
  const state = (row: ListRow) => <StateBadge state={row.state} states={states} />
  if (width < CARDS_BELOW_PX) {
    const [first, ...others] = declared
    const money = declared.find(({ type }) => type === 'money')
    const rest = others.filter((column) => column !== money).slice(0, CARD_WORDS)
    // A bare figure or a word of a set says nothing without what it is of.
    const named = new Set(
      rest.filter(({ key, type }) => numeric.has(key) || type === 'code').map(({ key }) => key),
    )
    return [
      {
        key: 'record',
        header: t('list.column.record'),
        track: 'minmax(0, 1fr)',
        composite: true,
        render: (row) => (
          <RowCard
            first={
              first === undefined ? (
                <CardTitle>{row.title}</CardTitle>
              ) : (
                <CardCells columns={[first]} row={row} console={console} />
              )
            }
            firstEnd={
              money === undefined || money === first ? null : (
                <FieldCell column={money} row={row} console={console} />
              )
            }
            second={<CardCells columns={rest} row={row} console={console} named={named} />}
            secondEnd={state(row)}
          />
        ),
      },
    ]
  }
  return [
    ...columnsIn(width - STATE_PX - GAP_PX, declared, letters).map((column) => ({
      key: column.key,
      header: column.title,
      track: trackOf(column, letters),
      ...(column.type === 'money' || numeric.has(column.key) ? { align: 'end' as const } : {}),
      render: (row: ListRow) => <FieldCell column={column} row={row} console={console} />,
    })),
    { key: 'state', header: t('list.column.state'), track: `${STATE_PX}px`, render: state },
  ]
}
