import { stringify } from 'csv-stringify/sync'
import { z } from 'zod'
import { personalInputs } from '../actions/seal-input.ts'
import { takesMany } from '../bulk/bulk-request.ts'
import type { BoundAction } from '../console.ts'
import type { Kernel } from '../kernel.ts'
import type { Queue } from './define-queue.ts'
import { type Cursor, type QueueFilters, type QueueItem, type QueueSort, queuePage } from './queue-query.ts'

/** Rows read at a time. */
const PAGE_ROWS = 200
/** Longer lists are cut there; narrow the filters. */
export const DOWNLOAD_MAX_ROWS = 100_000
/** What a spreadsheet would take for a formula is led by an apostrophe (OWASP, CSV injection). */
const FORMULA = /^'[=+\-@\t\r]/

/** The columns by which a row says which item it is, in which version of its record. */
export const ID_COLUMNS = ['item', 'record_kind', 'record', 'version'] as const
/** The columns that a person fills in; beside them one `input.…` for each member of an action's input. */
export const RESOLUTION_COLUMNS = ['action', 'reason', 'note'] as const

/** The actions of a queue that can be asked for over many of its records at once. */
export function bulkActions(kernel: Pick<Kernel, 'actions'>, queue: Queue): BoundAction[] {
  return queue.actions.flatMap((name) => {
    const action = kernel.actions.get(name)
    return action && takesMany(action) ? [action] : []
  })
}

/** Members of the input of an action that are taken for many records, with what each takes as JSON Schema says it. */
export function inputMembers(action: Pick<BoundAction, 'inputSchema'>): Record<string, { type?: unknown }> {
  const { properties = {} } = z.toJSONSchema(action.inputSchema, { io: 'input', unrepresentable: 'any' }) as {
    properties?: Record<string, { type?: unknown }>
  }
  const personal = new Set(personalInputs(action.inputSchema).map(({ name }) => name))
  return Object.fromEntries(Object.entries(properties).filter(([name]) => !personal.has(name)))
}

/** A list of a queue as CSV (RFC 4180), as the screen shows it, with empty columns for what is to be done with each. */
export async function* correctionsFile(
  kernel: Kernel,
  queue: Queue,
  filters: QueueFilters,
  sort: QueueSort,
): AsyncGenerator<string, void, undefined> {
  const keys = queue.columns.map(({ key }) => key)
  const inputs = [
    ...new Set(bulkActions(kernel, queue).flatMap((action) => Object.keys(inputMembers(action)))),
  ].map((name) => `input.${name}`)
  const empty = [...RESOLUTION_COLUMNS, ...inputs].map(() => '')
  yield csv([
    [...ID_COLUMNS, 'title', ...keys, 'opened_at', 'due_at', 'assignee', ...RESOLUTION_COLUMNS, ...inputs],
  ])
  let cursor: Cursor | undefined
  for (let rows = 0; rows < DOWNLOAD_MAX_ROWS; rows += PAGE_ROWS) {
    const page = await queuePage(kernel, queue, filters, sort, cursor, PAGE_ROWS)
    yield csv(
      page.items.map((item) => [
        ...[item.id, item.subject.kind, item.subject.id, item.subject_version, item.title],
        ...keys.map((key) => cellOf(item, key)),
        ...[item.opened_at, item.due_at, item.assignee?.name ?? ''],
        ...empty,
      ]),
    )
    if (page.next === null) return
    cursor = page.next
  }
}

/** What was written into a cell, without the apostrophe that keeps it from being a formula. */
export function cellText(cell: string): string {
  return FORMULA.test(cell) ? cell.slice(1) : cell
}

function cellOf({ fields }: QueueItem, key: string): string {
  const value = fields[key]
  if (value === null || value === undefined) return ''
  if (typeof value !== 'object') return String(value)
  if ('amount' in value && 'currency' in value) return `${value.amount} ${value.currency}`
  return JSON.stringify(value)
}

function csv(rows: readonly (readonly string[])[]): string {
  return stringify(
    rows.map((row) => [...row]),
    { escape_formulas: true, record_delimiter: '\r\n' },
  )
}
