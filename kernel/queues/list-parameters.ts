import { z } from 'zod'
import type { FieldError } from '../actions/failure.ts'
import { cursorParameter, cursorTime } from '../http/cursor.ts'
import { say } from '../languages/say.ts'
import type { Queue } from './define-queue.ts'
import {
  type Cursor,
  PAGE_DEFAULT,
  PAGE_MAX,
  type QueueFilters,
  type QueueSort,
  SNOOZED,
  type Snoozed,
  sortsOf,
} from './queue-query.ts'

const FILTER_VALUES_MAX = 50
/** Of what was asked for and is not there, as much as tells which. */
const NAMED_MAX = 64
const FILTER_MAX_CHARACTERS = 512
const WHOLE_NUMBER = /^\d{1,9}$/
const ITEM_ID = /^[A-Za-z0-9._:-]{1,256}$/

/** What is asked of a list of a queue: what it shows and in which order. */
export type ListParameters = {
  readonly filters: QueueFilters
  readonly sort: QueueSort
  readonly cursor: Cursor | undefined
  readonly limit: number
  /** Keys of the columns asked for; absent: all. */
  readonly columns: readonly string[] | undefined
}

const cursorSchema = cursorParameter(
  z.strictObject({ at: cursorTime, id: z.string().regex(ITEM_ID), begun: cursorTime.optional() }),
)

/** The same where all of a list is meant and there are no pages. `what`: `a file`. */
export function wholeListParameters(
  queue: Queue,
  query: Readonly<Record<string, unknown>>,
  principal: { readonly id: string },
  what: string,
): ListParameters | { readonly problem: FieldError } {
  const paged = ['limit', 'cursor'].find((field) => query[field] !== undefined)
  return paged === undefined
    ? listParameters(queue, query, principal)
    : { problem: { field: paged, message: say`${what} is whole, and has no pages` } }
}

/** The parameters of a list as its address has them; or the first that the queue does not know. */
export function listParameters(
  queue: Queue,
  query: Readonly<Record<string, unknown>>,
  principal: { readonly id: string },
): ListParameters | { readonly problem: FieldError } {
  const {
    limit = String(PAGE_DEFAULT),
    cursor,
    sort = 'due_at',
    state = 'open',
    snoozed = 'no',
    assignee,
    columns: shown,
    ...rest
  } = query
  const size = WHOLE_NUMBER.test(String(limit)) ? Number(limit) : 0
  if (size < 1 || size > PAGE_MAX) {
    return { problem: { field: 'limit', message: say`must be a whole number from 1 to ${PAGE_MAX}` } }
  }
  const sorts = sortsOf(queue)
  if (!sorts.includes(sort as QueueSort)) {
    return {
      problem: {
        field: 'sort',
        message: say`${String(sort).slice(0, NAMED_MAX)} is not a sort of this list`,
        allowed: sorts,
      },
    }
  }
  if (state !== 'open' && state !== 'done') {
    return { problem: { field: 'state', message: say`is not a state of items`, allowed: ['open', 'done'] } }
  }
  if (!SNOOZED.includes(snoozed as Snoozed)) {
    return {
      problem: { field: 'snoozed', message: say`says whether snoozed items are listed`, allowed: SNOOZED },
    }
  }
  const keys = queue.columns.map(({ key }) => key)
  const wanted = shown === undefined ? undefined : valuesOf(shown)
  if (wanted && !wanted.every((key) => keys.includes(key))) {
    return { problem: { field: 'columns', message: say`is not a column of this list`, allowed: keys } }
  }
  if (assignee !== undefined && (typeof assignee !== 'string' || assignee.length > 128)) {
    return { problem: { field: 'assignee', message: say`must be a person's id, "me" or "none"` } }
  }
  const place = cursor === undefined ? undefined : cursorSchema.safeParse(cursor)
  if (place && !place.success)
    return { problem: { field: 'cursor', message: say`is not a cursor that this list gave` } }
  const columns: Record<string, string[]> = {}
  const filterable = queue.columns.filter((column) => column.filter)
  for (const [key, given] of Object.entries(rest)) {
    const column = filterable.find((known) => known.key === key)
    if (!column) {
      const allowed = [
        'limit',
        'cursor',
        'sort',
        'state',
        'snoozed',
        'assignee',
        'columns',
        ...filterable.map((known) => known.key),
      ]
      return { problem: { field: key, message: say`is not a parameter of this list`, allowed } }
    }
    const values = valuesOf(given)
    if (values.length > FILTER_VALUES_MAX || values.some((value) => value.length > FILTER_MAX_CHARACTERS)) {
      return {
        problem: {
          field: key,
          message: say`takes at most ${FILTER_VALUES_MAX} values of ${FILTER_MAX_CHARACTERS} characters`,
        },
      }
    }
    const options = column.filter?.options
    const unknown = options && values.find((value) => !options.includes(value))
    if (unknown !== undefined) {
      return {
        problem: { field: key, message: say`${unknown} is not a value of this column`, allowed: options },
      }
    }
    columns[key] = values
  }
  return {
    filters: {
      state,
      snoozed: state === 'open' ? (snoozed as Snoozed) : 'any',
      ...(assignee === undefined ? {} : { assignee: assignee === 'me' ? principal.id : assignee }),
      columns,
    },
    sort: sort as QueueSort,
    cursor: place?.data,
    limit: size,
    columns: wanted,
  }
}

/** `a,b`, or the parameter given several times. */
function valuesOf(given: unknown): string[] {
  return (Array.isArray(given) ? given : [given]).flatMap((value) => String(value).split(','))
}
