import { z } from 'zod'
import type { Delivery } from '../actions/define-action.ts'
import { CODE_GRAMMAR, CODE_MAX_CHARACTERS, keptText } from '../actions/kept-outcome.ts'
import type { ListQuery, ListReading, Reading } from '../entities/define-entity.ts'
import { english } from '../languages/make-teller.ts'
import { fromWritten, say, type Text } from '../languages/say.ts'
import type { Json } from '../personal-data/canonical-json.ts'
import { instant } from '../time/instant.ts'
import type { UpstreamAnswer, UpstreamHttp } from './upstream-http.ts'

/** A longer place of an upstream's fits into none of our own cursors. */
const LIST_CURSOR_MAX_CHARACTERS = 512

/** What an upstream answers that is no record: figures, say. */
export type AnswerReading<Value> =
  | { readonly status: 'found'; readonly value: Value }
  | { readonly status: 'missing' }
  | { readonly status: 'unreadable'; readonly source: string; readonly why: Text }

/** Reads one versioned record of an upstream in the shape that actions decide on. */
export async function readRecord<Schema extends z.ZodType<{ version: number }>>(
  http: UpstreamHttp,
  path: string,
  schema: Schema,
  signal?: AbortSignal,
): Promise<Reading<z.output<Schema>>> {
  const reading = await readAnswer(http, path, schema, signal)
  if (reading.status !== 'found') return reading
  return { status: 'found', state: reading.value, version: String(reading.value.version) }
}

/** Reads what an upstream has at a path; only what is as agreed is taken. */
export async function readAnswer<Schema extends z.ZodType>(
  http: UpstreamHttp,
  path: string,
  schema: Schema,
  signal?: AbortSignal,
): Promise<AnswerReading<z.output<Schema>>> {
  const answer = await http.read(path, signal)
  if (answer.kind !== 'answer') return { status: 'unreadable', source: http.name, why: answer.because }
  if (answer.status === 404) return { status: 'missing' }
  if (answer.status !== 200) {
    return { status: 'unreadable', source: http.name, why: say`it answered ${answer.status}` }
  }
  const parsed = schema.safeParse(answer.body)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    const where = issue?.path.join('.') ?? ''
    return {
      status: 'unreadable',
      source: http.name,
      why: say`its answer is not as agreed at ${where}: ${fromWritten(issue?.message ?? '')}`,
    }
  }
  return { status: 'found', value: parsed.data }
}

/**
 * Reads one page of an upstream's list (docs/connectors/upstream-contract.md, "Lists").
 *
 * @param member of the answer that holds the records
 */
export async function readList<Schema extends z.ZodType<{ id: string; version: number }>>(
  http: UpstreamHttp,
  {
    path,
    member,
    schema,
    query,
    signal,
  }: {
    readonly path: string
    readonly member: string
    readonly schema: Schema
    readonly query: ListQuery
    readonly signal?: AbortSignal
  },
): Promise<ListReading<z.output<Schema>>> {
  const parameters = new URLSearchParams({ limit: String(query.limit) })
  if (query.cursor !== undefined) parameters.set('cursor', query.cursor)
  for (const [name, value] of Object.entries(query.filters)) {
    if (value !== undefined) parameters.set(name, value)
  }
  const unreadable = (why: Text) => ({ status: 'unreadable', source: http.name, why }) as const
  const answer = await http.read(`${path}?${parameters}`, signal)
  if (answer.kind !== 'answer') return unreadable(answer.because)
  // The filters are ours, and known to be good: what it does not take is the place.
  if (answer.status === 400 && query.cursor !== undefined) return { status: 'no_such_cursor' }
  if (answer.status !== 200) return unreadable(say`it answered ${answer.status}`)
  const page = z
    .object({ [member]: z.array(schema), next_cursor: z.string().max(LIST_CURSOR_MAX_CHARACTERS).nullable() })
    .safeParse(answer.body)
  if (!page.success) {
    const issue = page.error.issues[0]
    return unreadable(
      say`its answer is not as agreed at ${issue?.path.join('.') ?? ''}: ${fromWritten(issue?.message ?? '')}`,
    )
  }
  const records = page.data[member] as z.output<Schema>[]
  return {
    status: 'found',
    records: records.map((state) => ({ id: state.id, state, version: String(state.version) })),
    nextCursor: page.data.next_cursor as string | null,
  }
}

const NOT_DECIDED_STATUSES: ReadonlySet<number> = new Set([401, 408, 425, 429])

/** What a write's answer means for the effect. `detail` picks what is kept of the body; no personal data. */
export function deliveryOf(
  answer: UpstreamAnswer,
  detail: (body: unknown) => Record<string, Json>,
): Delivery {
  if (answer.kind === 'not_sent') return { outcome: 'retry', code: answer.code, why: english(answer.why) }
  if (answer.kind === 'lost') return { outcome: 'unknown', code: answer.code, why: english(answer.why) }
  if (answer.status >= 200 && answer.status < 300) return { outcome: 'done', detail: detail(answer.body) }
  const { code, detail: said, title } = problem.parse(answer.body)
  // Busy, our own earlier copy is still under way, or our credentials are not (or no longer) known there: it has not
  // happened by this call.
  if (NOT_DECIDED_STATUSES.has(answer.status) || (answer.status === 409 && code === 'request_in_flight')) {
    return {
      outcome: 'retry',
      code: code ?? `status_${answer.status}`,
      why: said ?? `it answered ${answer.status}`,
      ...(answer.retryAfterMs === undefined ? {} : { retryAfterMs: answer.retryAfterMs }),
    }
  }
  return {
    outcome: 'refused',
    code: code ?? `status_${answer.status}`,
    message: said ?? title ?? `It answered ${answer.status}.`,
  }
}

const problemText = z
  .string()
  .transform((text) => keptText(text))
  .optional()
  .catch(undefined)
/** RFC 9457, as far as we read it. What is not as agreed counts as not said; a code that is none, too. */
const problem = z
  .object({
    code: z.string().max(CODE_MAX_CHARACTERS).regex(CODE_GRAMMAR).optional().catch(undefined),
    detail: problemText,
    title: problemText,
  })
  .catch({})

/**
 * Asks an upstream of class A or B whether the write with this key happened (`GET /operations/{key}`).
 *
 * @returns done; retry where it says no; unknown where it cannot be asked now
 */
export async function readBackOperation(
  http: UpstreamHttp,
  key: string,
  signal: AbortSignal,
): Promise<Delivery> {
  const answer = await http.read(`/operations/${key}`, signal)
  if (answer.kind !== 'answer') return { outcome: 'unknown', code: answer.code, why: english(answer.why) }
  if (answer.status === 404) return { outcome: 'retry', code: 'not_happened', why: 'it has not happened' }
  if (answer.status !== 200) {
    return {
      outcome: 'unknown',
      code: `status_${answer.status}`,
      why: `${http.name} answered ${answer.status} when asked whether it happened`,
    }
  }
  const { performed_at = null, target = null } = operation.parse(answer.body)
  return { outcome: 'done', detail: { performed_at, target } }
}

/** Longest name of a target that an upstream gives back. */
const TARGET_MAX_CHARACTERS = 256
const operation = z
  .object({
    performed_at: instant.optional().catch(undefined),
    target: z.string().max(TARGET_MAX_CHARACTERS).optional().catch(undefined),
  })
  .catch({})

const about = z.object({ class: z.string(), key_retention_s: z.int().min(0) })

/**
 * For how long an upstream remembers a key (`GET /about`), asked each time it matters, so that it is today's figure.
 *
 * @returns ms; 0 where it does not deduplicate; undefined where it cannot be asked now
 */
export async function readKeyRetentionMs(
  http: UpstreamHttp,
  signal: AbortSignal,
): Promise<number | undefined> {
  const answer = await http.read('/about', signal)
  const parsed = answer.kind === 'answer' && answer.status === 200 ? about.safeParse(answer.body) : undefined
  if (!parsed?.success) return undefined
  return parsed.data.class === 'A' ? parsed.data.key_retention_s * 1000 : 0
}
