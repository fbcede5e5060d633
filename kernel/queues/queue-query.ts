import { cursorTimeSql } from '../http/cursor.ts'
import type { Kernel } from '../kernel.ts'
import { sha256 } from '../personal-data/canonical-json.ts'
import { projectionLag } from '../projections/projection-lag.ts'
import type { Queue } from './define-queue.ts'

/** Upstreams are polled every few seconds: a shorter silence says nothing. */
const SILENCE_EXPECTED_MS = 10_000
/** A count is exact up to here; above, "10,000+" says as much to a person and costs nothing. */
const COUNT_EXACT_MAX = 10_000
/** Combinations of values that are read each in the order of its index, and merged; of more, one index is read through. */
const BRANCHES_MAX = 64
export const PAGE_MAX = 200
export const PAGE_DEFAULT = 50

/** Behind every deadline that is to come. As SQL, and the same in the indexes. */
const NO_DEADLINE = "timestamptz '4500-01-01T00:00:00Z'"
/**
 * What is over stands behind what is to come and what has no deadline. 4,000 years, as hours: days and years are those of the session's
 * zone, where an hour that its clocks show twice would be one.
 */
const BEHIND_ALL = "interval '35063280 hours'"

const SORTS = {
  due_at: { column: 'q.due_at', descending: false },
  opened_at: { column: 'q.opened_at', descending: false },
  '-opened_at': { column: 'q.opened_at', descending: true },
} as const
export type QueueSort = keyof typeof SORTS | 'deadline'

/** The orders in which a queue can be listed, its own first. */
export function sortsOf({ sortableDeadline }: Pick<Queue, 'sortableDeadline'>): QueueSort[] {
  return [
    ...(Object.keys(SORTS) as QueueSort[]),
    ...(sortableDeadline === undefined ? [] : ['deadline' as const]),
  ]
}

type Order = {
  /** What is sorted by. */
  readonly column: string
  readonly descending: boolean
  /** Parts of the list, one after the other, each a run of an index, with the place that it goes on from; none: it is one. */
  readonly runs: readonly { readonly where: (from: string | undefined) => string; readonly by: string }[]
}

/** @param now SQL of the moment at which the list was begun: what runs out while somebody pages through it keeps its place */
function orderOf({ sortableDeadline }: Queue, sort: QueueSort, now: string): Order {
  if (sort !== 'deadline') return { ...SORTS[sort], runs: [] }
  const until = `coalesce(q.${sortableDeadline}, ${NO_DEADLINE})`
  const begun = (from: string | undefined, less = '') =>
    from === undefined ? '' : ` AND ${until} >= ${from}::timestamptz${less}`
  return {
    column: `(${until} + CASE WHEN ${until} <= ${now} THEN ${BEHIND_ALL} ELSE interval '0' END)`,
    descending: false,
    runs: [
      { by: until, where: (from) => `${until} > ${now}${begun(from)}` },
      { by: until, where: (from) => `${until} <= ${now}${begun(from, ` - ${BEHIND_ALL}`)}` },
    ],
  }
}

export const SNOOZED = ['no', 'yes', 'any'] as const
export type Snoozed = (typeof SNOOZED)[number]

export type QueueFilters = {
  readonly state: 'open' | 'done'
  /** Whether items that are snoozed now are among them; absent: they are, as they are open all the same. */
  readonly snoozed?: Snoozed
  /** A person's id, whose they are or who helps with them; or `none`. */
  readonly assignee?: string
  /** By column key. */
  readonly columns: Readonly<Record<string, readonly string[]>>
}

/** A place in a list that stays one whatever is inserted: the sort key and the id of the last row seen. */
export type Cursor = {
  readonly at: string
  readonly id: string
  /** When the list was begun, where its order depends on that. */
  readonly begun?: string | undefined
}

export type QueuePage = {
  readonly items: readonly QueueItem[]
  readonly next: Cursor | null
}

export type QueueItem = {
  readonly id: string
  readonly subject: { readonly kind: string; readonly id: string }
  readonly title: string
  readonly state: string
  readonly opened_at: string
  readonly due_at: string
  readonly assignee: Person | null
  /** Who works on it beside the assignee. */
  readonly helpers: readonly Person[]
  readonly snoozed_until: string | null
  /** Of the work item. */
  readonly version: number
  /** Of the record that it is about, as last heard of. */
  readonly subject_version: string
  readonly fields: Readonly<Record<string, unknown>>
}

type Person = { readonly id: string; readonly name: string }

/** One page by keyset: the cost is the same anywhere in the list. */
export async function queuePage(
  kernel: Kernel,
  queue: Queue,
  filters: QueueFilters,
  sort: QueueSort,
  cursor: Cursor | undefined,
  limit: number,
  shown?: readonly string[],
): Promise<QueuePage> {
  const branches = branchesOf(queue, filters)
  const where = conditions(queue, branches ? { ...filters, columns: {} } : filters)
  const values = [...where.values]
  const begun = sort === 'deadline' ? cursor?.begun : undefined
  const now = begun === undefined ? 'now()' : `$${values.push(begun)}::timestamptz`
  const { column, descending, runs: parts } = orderOf(queue, sort, now)
  const clauses = [...where.clauses]
  const from = cursor && `$${values.length + 1}`
  if (cursor) {
    values.push(cursor.at, cursor.id)
    clauses.push(
      `(${column}, q.item_id) ${descending ? '<' : '>'} ($${values.length - 1}::timestamptz, $${values.length})`,
    )
  }
  values.push(queue.name)
  const name = `$${values.length}`
  // Written out, so that PostgreSQL knows when it plans how little is wanted, and keeps the plan.
  const size = Math.trunc(limit) + 1
  const direction = descending ? 'DESC' : 'ASC'
  const fields = queue.columns
    .filter(({ key }) => shown === undefined || shown.includes(key))
    .map(({ key, sql }) => `'${key}', ${sql}`)
    .join(', ')
  const order = `ORDER BY ${column} ${direction}, q.item_id ${direction} LIMIT ${size}`
  const named = (branches?.columns ?? []).map((branched, index) => ({ name: `f${index}`, column: branched }))
  const matching = [...clauses, ...named.map((each) => `q.${each.column} = c.${each.name}`)].join(' AND ')
  const foundIn = (part: string, inOrder: string) => `
                 SELECT q.*, a.assignee AS assigned_to, a.version AS assigned_version, a.helpers AS assigned_helpers,
                        a.snoozed_until AS assigned_snoozed_until
                   FROM ${queue.table} q
                   LEFT JOIN kernel.assignment a ON a.queue = ${name} AND a.item_id = q.item_id
                  WHERE ${matching}${part} ${inOrder}`
  const inPart = ({ where: within, by }: Order['runs'][number]) =>
    `(${foundIn(` AND ${within(from)}`, `ORDER BY ${by}, q.item_id LIMIT ${size}`)})`
  const found =
    parts.length === 0
      ? foundIn('', order)
      : `SELECT q.* FROM (${parts.map(inPart).join(' UNION ALL ')}) q ${order}`
  // As rows, not as arrays: PostgreSQL knows how many there are when it plans for values that it does not know.
  const runs = (branches?.rows ?? []).map(
    (row) => `(${row.map((value) => `$${values.push(value)}::text`).join(', ')})`,
  )
  const source =
    branches === undefined
      ? found
      : `SELECT found.* FROM (VALUES ${runs.join(', ')}) AS c (${named.map((each) => each.name).join(', ')})
          CROSS JOIN LATERAL (${found}) found`
  const text = `
    SELECT q.item_id AS id, q.subject_kind, q.subject_id, q.title, q.state, kernel.rfc3339(q.opened_at) AS opened_at,
           kernel.rfc3339(q.due_at) AS due_at, ${cursorTimeSql(column)} AS sorted_at,
           ${sort === 'deadline' ? cursorTimeSql(now) : 'NULL'} AS begun, q.assigned_to AS assignee,
           (SELECT p.display_name FROM kernel.person p WHERE p.person_id = q.assigned_to) AS display_name,
           coalesce(q.assigned_version, 0) AS version, q.version::text AS subject_version,
           kernel.rfc3339(q.assigned_snoozed_until) AS snoozed_until,
           CASE WHEN q.assigned_helpers <> '{}' THEN
             (SELECT jsonb_agg(jsonb_build_object('id', h, 'name', coalesce(hp.display_name, h)) ORDER BY h)
                FROM unnest(q.assigned_helpers) AS h LEFT JOIN kernel.person hp ON hp.person_id = h) END AS helpers,
           jsonb_build_object(${fields}) AS fields
      FROM (${source}) q ${order}`
  const { rows } = await kernel.pool.query<Row>({
    // The lists that people look at again and again are planned once a connection; what one chose is not.
    ...(shown === undefined && limit === PAGE_DEFAULT
      ? { name: `queue-${sha256(Buffer.from(text)).toString('base64url')}` }
      : {}),
    text,
    values,
  })
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  return {
    items: page.map((row) => ({
      id: row.id,
      subject: { kind: row.subject_kind, id: row.subject_id },
      title: row.title,
      state: row.state,
      opened_at: row.opened_at,
      due_at: row.due_at,
      assignee: row.assignee === null ? null : { id: row.assignee, name: row.display_name ?? row.assignee },
      helpers: row.helpers ?? [],
      snoozed_until: row.snoozed_until,
      version: row.version,
      subject_version: row.subject_version,
      fields: row.fields,
    })),
    next:
      rows.length > limit && last
        ? { at: last.sorted_at, id: last.id, ...(last.begun === null ? {} : { begun: last.begun }) }
        : null,
  }
}

/** How much there is, how old, and how much of it is late. */
export async function queueFigures(
  kernel: Kernel,
  queue: Queue,
  filters: QueueFilters,
): Promise<{ count: { value: number; exact: boolean }; oldest_at: string | null; breached: number }> {
  const { clauses, values } = conditions(queue, filters)
  const assigned =
    filters.assignee === undefined && (filters.snoozed ?? 'any') === 'any'
      ? ''
      : `LEFT JOIN kernel.assignment a ON a.queue = '${queue.name}' AND a.item_id = q.item_id`
  const { rows } = await kernel.pool.query<{ counted: number; oldest_at: string | null; breached: number }>(
    `SELECT count(*)::integer AS counted, kernel.rfc3339(min(opened_at)) AS oldest_at,
            count(*) FILTER (WHERE state = 'open' AND due_at < clock_timestamp())::integer AS breached
       FROM (SELECT q.opened_at, q.due_at, q.state FROM ${queue.table} q ${assigned}
              WHERE ${clauses.join(' AND ')} LIMIT ${COUNT_EXACT_MAX + 1}) bounded`,
    values,
  )
  const row = rows[0]
  const counted = row?.counted ?? 0
  return {
    count: { value: Math.min(counted, COUNT_EXACT_MAX), exact: counted <= COUNT_EXACT_MAX },
    oldest_at: row?.oldest_at ?? null,
    breached: row?.breached ?? 0,
  }
}

/**
 * How far what a queue shows is behind, in ms: behind what is committed here, or behind its upstream, which has not
 * been heard of for so long.
 */
export async function behindMs(
  kernel: Kernel,
  { projection, source }: Pick<Queue, 'projection' | 'source'>,
): Promise<number> {
  const [lags, silentMs] = await Promise.all([
    projectionLag(kernel.pool),
    source === undefined ? 0 : silentForMs(kernel, source),
  ])
  const lagMs = lags.find(({ name }) => name === projection)?.behindMs ?? 0
  return Math.max(lagMs, silentMs > SILENCE_EXPECTED_MS ? silentMs : 0)
}

/** For how long nothing was heard of an upstream; 0 for one that nobody polls. */
async function silentForMs(kernel: Kernel, source: string): Promise<number> {
  const { rows } = await kernel.pool.query<{ ms: number }>({
    name: 'silent-for',
    text: `SELECT round(extract(epoch FROM clock_timestamp() - heard_at) * 1000)::float8 AS ms
             FROM kernel.poll_cursor WHERE source = $1`,
    values: [source],
  })
  return rows[0]?.ms ?? 0
}

export async function findWorkItem(
  kernel: Pick<Kernel, 'pool' | 'queues'>,
  queueName: string,
  itemId: string,
): Promise<{ state: string } | undefined> {
  const queue = kernel.queues.get(queueName)
  if (!queue) return undefined
  const { rows } = await kernel.pool.query<{ state: string }>(
    `SELECT state FROM ${queue.table} WHERE item_id = $1`,
    [itemId],
  )
  return rows[0]
}

/** Runs of an index: what every column must be, a row each. */
type Branches = { readonly columns: readonly string[]; readonly rows: readonly (readonly string[])[] }

/**
 * Every combination of the values asked for, column by column: each is one run of an index that is in the order of the
 * list. Columns that have few values, and of which none was asked for, take part with all of them. Undefined where
 * nothing is filtered, or there are too many.
 */
function branchesOf(queue: Queue, filters: QueueFilters): Branches | undefined {
  if (Object.keys(filters.columns).length === 0) return undefined
  const wanted = queue.columns.flatMap(({ key, filter }) => {
    const values = filters.columns[key] ?? (filter?.exhaustive ? filter.options : undefined)
    return filter && values ? [{ column: filter.column, values: [...new Set(values)] }] : []
  })
  const rows = wanted.reduce<string[][]>(
    (made, { values }) =>
      made.length > BRANCHES_MAX ? made : made.flatMap((row) => values.map((value) => [...row, value])),
    [[]],
  )
  return rows.length === 0 || rows.length > BRANCHES_MAX
    ? undefined
    : { columns: wanted.map(({ column }) => column), rows }
}

function conditions(queue: Queue, filters: QueueFilters): { clauses: string[]; values: unknown[] } {
  const values: unknown[] = [filters.state]
  const clauses = ['q.state = $1']
  if (filters.assignee === 'none') clauses.push('a.assignee IS NULL')
  else if (filters.assignee !== undefined) {
    values.push(filters.assignee)
    const person = `$${values.length}`
    // The second condition lets the index of helpers be used.
    clauses.push(`(a.assignee = ${person} OR (a.helpers @> ARRAY[${person}] AND a.helpers <> '{}'))`)
  }
  if (filters.snoozed === 'no') clauses.push('(a.snoozed_until IS NULL OR a.snoozed_until <= now())')
  if (filters.snoozed === 'yes') clauses.push('a.snoozed_until > now()')
  for (const [key, wanted] of Object.entries(filters.columns)) {
    const filter = queue.columns.find((column) => column.key === key)?.filter
    if (!filter) throw new Error(`${queue.name} has no filter "${key}"`)
    values.push(wanted)
    clauses.push(`q.${filter.column} = ANY ($${values.length})`)
  }
  return { clauses, values }
}

type Row = {
  id: string
  subject_kind: string
  subject_id: string
  title: string
  state: string
  opened_at: string
  due_at: string
  sorted_at: string
  begun: string | null
  assignee: string | null
  display_name: string | null
  version: number
  subject_version: string
  helpers: readonly Person[] | null
  snoozed_until: string | null
  fields: Record<string, unknown>
}
