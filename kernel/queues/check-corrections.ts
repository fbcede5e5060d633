import { type Failure, fail, invalid, ok, type Result } from '../actions/failure.ts'
import { BULK_ROWS_MAX } from '../bulk/bulk-request.ts'
import { considerBulk, rowOnWire } from '../bulk/consider-bulk.ts'
import { recordDenials } from '../bulk/submit-bulk.ts'
import type { BoundAction } from '../console.ts'
import type { Principal, RequestOrigin } from '../identity/principal.ts'
import type { Kernel } from '../kernel.ts'
import { english } from '../languages/make-teller.ts'
import { say, type Text } from '../languages/say.ts'
import { canonicalBytes, type Json } from '../personal-data/canonical-json.ts'
import { bulkActions, inputMembers } from './corrections-file.ts'
import { readCorrectionsTable } from './corrections-table.ts'
import type { Queue } from './define-queue.ts'

/** Rows of one file that ask for different things. */
const GROUPS_MAX = 20

/** What a row of the file asks for. */
type Wanted = {
  readonly line: number
  readonly item: string
  readonly target: { readonly kind: string; readonly id: string }
  readonly version: string
  readonly action: BoundAction
  readonly reason: { readonly code: string; readonly note?: string }
  readonly input: Record<string, Json>
}

type RowVerdict = {
  readonly line: number
  readonly item: string
  readonly accepted: boolean
  readonly [member: string]: unknown
}

type Corrections = {
  readonly rows: readonly RowVerdict[]
  /** What is to be asked for, each as the body of `POST /v1/actions/{type}/bulk`, once somebody has confirmed it. */
  readonly requests: readonly object[]
  /** Rows that say nothing of what is to be done. */
  readonly untouched: number
}

/**
 * Reads a list that was downloaded and filled in, and says of each row what would be done, or why not. Nothing is done
 * by it: each of `requests` is confirmed on its own.
 *
 * @returns 400 where the file cannot be read as a whole
 */
export async function checkCorrections(
  kernel: Kernel,
  asker: { readonly principal: Principal; readonly origin: RequestOrigin },
  queue: Queue,
  file: string,
): Promise<Result<Corrections>> {
  const table = await readCorrectionsTable(file)
  if (!table.ok) return table
  const { said, saying, rows } = table.value
  if (saying > BULK_ROWS_MAX) {
    const message = say`says what to do in ${saying} rows; at most ${BULK_ROWS_MAX}`
    return fail(invalid({ field: 'file', message }))
  }
  const items = await itemsOf(
    kernel,
    queue,
    said.map(({ cells }) => cells.item ?? ''),
  )
  const wanted: Wanted[] = []
  const verdicts: RowVerdict[] = []
  const seen = new Map<string, number>()
  const actions = bulkActions(kernel, queue)
  for (const { line, cells } of said) {
    const read = readRow(line, cells, items, actions)
    const target = 'failure' in read ? undefined : `${read.action.name} ${read.target.kind}/${read.target.id}`
    const earlier = target === undefined ? undefined : seen.get(target)
    if ('failure' in read) verdicts.push(refusedRow(line, cells.item ?? '', read.failure))
    else if (earlier !== undefined) {
      const failure = invalid({
        field: 'item',
        message: say`asks for the same of the same record as line ${earlier}`,
      })
      verdicts.push(refusedRow(line, read.item, failure))
    } else {
      wanted.push(read)
      seen.set(target ?? '', line)
    }
  }
  const groups = groupsOf(wanted)
  if (groups.length > GROUPS_MAX) {
    const message = say`asks for ${groups.length} different things; at most ${GROUPS_MAX}, each a request of its own`
    return fail(invalid({ field: 'file', message }))
  }
  const requests: object[] = []
  for (const group of groups) {
    const request = await considerGroup(kernel, asker, group, verdicts)
    if (request) requests.push(request)
  }
  return ok({
    rows: verdicts.sort((one, other) => one.line - other.line),
    requests,
    untouched: rows - verdicts.length,
  })
}

/** What one action with one reason and input would do to its rows. */
async function considerGroup(
  kernel: Kernel,
  asker: { readonly principal: Principal; readonly origin: RequestOrigin },
  group: readonly [Wanted, ...Wanted[]],
  verdicts: RowVerdict[],
): Promise<object | undefined> {
  const [{ action, reason, input }] = group
  const rows = group.map(({ target, version }) => ({ target, expected_version: version }))
  const considered = kernel.access.mayEver(asker.principal, action.name)
    ? await considerBulk(kernel, asker.principal, action, { rows, input, reason })
    : fail({
        kind: 'forbidden',
        code: 'forbidden',
        message: say`You may not ask for ${action.present.title}.`,
      })
  if (!considered.ok) {
    for (const { line, item } of group) verdicts.push(refusedRow(line, item, considered.failure))
    return undefined
  }
  const { accepted, refused, whole } = considered.value
  await recordDenials(kernel, { ...asker, action }, refused)
  const said = new Map([...accepted, ...refused].map((row) => [row.target.id, rowOnWire(kernel, row)]))
  for (const { line, item, target } of group) {
    verdicts.push({ line, item, action: action.name, accepted: false, ...said.get(target.id) })
  }
  if (!whole) return undefined
  return {
    type: action.name,
    title: action.present.title,
    count: accepted.length,
    summary: whole.preview.summary,
    approvals: { required: whole.rule.required, eligible_roles: whole.rule.eligibleRoles },
    body: {
      rows: accepted.map(({ target, found }) => ({ target, expected_version: found.version })),
      input,
      reason,
      preview_digest: whole.previewDigest,
    },
  }
}

/** The records of items that this person may see, by item. */
async function itemsOf(
  kernel: Kernel,
  queue: Queue,
  ids: readonly string[],
): Promise<ReadonlyMap<string, { kind: string; id: string; state: string }>> {
  const { rows } = await kernel.pool.query<{ item: string; kind: string; id: string; state: string }>(
    `SELECT item_id AS item, subject_kind AS kind, subject_id AS id, state FROM ${queue.table} WHERE item_id = ANY ($1)`,
    [ids],
  )
  return new Map(rows.map(({ item, ...row }) => [item, row]))
}

function readRow(
  line: number,
  cells: Readonly<Record<string, string>>,
  items: ReadonlyMap<string, { kind: string; id: string; state: string }>,
  actions: readonly BoundAction[],
): Wanted | { readonly failure: Failure } {
  const { item = '', version = '', note = '' } = cells
  const known = items.get(item)
  if (!known)
    return { failure: invalid({ field: 'item', message: say`is no item of this queue: "${item}"` }) }
  if (known.state !== 'open') return { failure: invalid({ field: 'item', message: say`is done already` }) }
  if (cells.record !== known.id || cells.record_kind !== known.kind) {
    return {
      failure: invalid({ field: 'record', message: say`is not that of the item, ${known.kind} ${known.id}` }),
    }
  }
  if (version === '') return { failure: invalid({ field: 'version', message: say`is missing` }) }
  const action = actions.find(({ name, present }) => names(cells.action, name, present.title))
  if (!action) {
    const allowed = actions.map(({ name }) => name)
    return {
      failure: invalid({
        field: 'action',
        message:
          allowed.length > 0
            ? say`must be one of ${allowed.join(', ')}`
            : say`nothing can be asked for over many here`,
        allowed,
      }),
    }
  }
  if (action.targetKind !== known.kind) {
    return {
      failure: invalid({
        field: 'action',
        message: say`is for a ${action.targetKind}, and this is a ${known.kind}`,
      }),
    }
  }
  const input = readInput(action, cells)
  if ('failure' in input) return input
  const code = action.reasons.find((known) => names(cells.reason, known.code, known.title))?.code
  const reason = { code: code ?? cells.reason ?? '', ...(note === '' ? {} : { note }) }
  const target = { kind: known.kind, id: known.id }
  return { line, item, target, version, action, reason, input: input.values }
}

/** Whether a cell means it: by its name, or as the buttons and lists of the console call it. */
function names(cell: string | undefined, name: string, title: Text): boolean {
  const said = cell?.trim() ?? ''
  return said === name || said.toLowerCase() === english(title).toLowerCase()
}

function readInput(
  action: BoundAction,
  cells: Readonly<Record<string, string>>,
): { readonly values: Record<string, Json> } | { readonly failure: Failure } {
  const members = inputMembers(action)
  const values: Record<string, Json> = {}
  for (const [column, cell] of Object.entries(cells)) {
    if (!column.startsWith('input.') || cell === '') continue
    const name = column.slice('input.'.length)
    const member = Object.hasOwn(members, name) ? members[name] : undefined
    if (!member)
      return { failure: invalid({ field: column, message: say`${action.name} takes no such input` }) }
    if (member.type === 'string') {
      values[name] = cell
      continue
    }
    const value = jsonOf(cell)
    if (value === undefined) {
      return {
        failure: invalid({
          field: column,
          message: say`must be ${String(member.type ?? 'JSON')}: "${cell}"`,
        }),
      }
    }
    values[name] = value
  }
  const parsed = action.inputSchema.safeParse(values)
  if (parsed.success) return { values }
  const [issue] = parsed.error.issues
  const field = ['input', ...(issue?.path ?? [])].join('.')
  return { failure: invalid({ field, message: issue?.message ?? say`is not what the action takes` }) }
}

function jsonOf(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/** Rows that ask for the same thing: one request. */
function groupsOf(wanted: readonly Wanted[]): (readonly [Wanted, ...Wanted[]])[] {
  const groups = new Map<string, [Wanted, ...Wanted[]]>()
  for (const row of wanted) {
    const { action, reason, input } = row
    const key = canonicalBytes({ action: action.name, reason, input }).toString()
    const group = groups.get(key)
    if (group) group.push(row)
    else groups.set(key, [row])
  }
  return [...groups.values()]
}

function refusedRow(line: number, item: string, { code, message, fields }: Failure): RowVerdict {
  return { line, item, accepted: false, code, message, ...(fields ? { errors: fields } : {}) }
}
