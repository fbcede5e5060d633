import { z } from 'zod'
import { type FieldProblem, type Refusal, type RefusalCode, refuse } from './problem.ts'

/** A successful answer. `version` becomes the ETag. */
export type Reply = {
  readonly status: 200 | 201 | 204
  readonly body?: unknown
  readonly version?: number
  /** Nothing was done, because it had been done before: no effect to count. */
  readonly unchanged?: boolean
}
/** `replayed`: the answer was recorded earlier under the same Idempotency-Key. */
export type Outcome = (Reply | Refusal) & { readonly replayed?: boolean; readonly retryAfterS?: number }

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE'

type Input<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType> = {
  readonly params: z.output<P>
  readonly query: z.output<Q>
  readonly body: z.output<B>
  /** The version that the caller saw, from `If-Match`. */
  readonly ifMatch: number | undefined
  /** From `Idempotency-Key`. */
  readonly key: string | undefined
}

type Declaration<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType> = {
  readonly method: Method
  /** OpenAPI's form: `/transfers/{id}`. */
  readonly path: string
  readonly operationId: string
  readonly summary: string
  readonly params?: P
  readonly query?: Q
  readonly body?: B
  readonly bodyLimitBytes?: number
  readonly key?: 'required' | 'optional'
  readonly conditional?: boolean
  readonly replies: Readonly<Partial<Record<200 | 201 | 204, z.ZodType | null>>>
  readonly refusals: readonly RefusalCode[]
  handle(input: Input<P, Q, B>): Promise<Outcome>
}

/** A request as it came, before any schema has seen it. */
type RawRequest = {
  readonly params: unknown
  readonly query: unknown
  readonly body: unknown
  readonly ifMatch: string | undefined
  readonly key: string | undefined
}

/** A declared route: what OpenAPI needs, and `run`, which parses, refuses or handles. */
export type Route = Omit<Declaration<z.ZodType, z.ZodType, z.ZodType>, 'handle'> & {
  run(raw: RawRequest): Promise<Outcome>
}

const Nothing = z.strictObject({})
const NoBody = z.union([z.undefined(), z.null(), Nothing])
const KeyHeader = z.string().regex(/^[\x21-\x7e]{1,255}$/, 'must be 1 to 255 visible ASCII characters')
const EntityTag = z
  .string()
  .regex(/^(\*|"[1-9]\d{0,8}")$/, 'must be one ETag that an answer carried, such as "3", or *')

/** Declares a route once: its parsing, its refusals and its OpenAPI entry follow. */
export function defineRoute<
  P extends z.ZodType = typeof Nothing,
  Q extends z.ZodType = typeof Nothing,
  B extends z.ZodType = typeof NoBody,
>(declaration: Declaration<P, Q, B>): Route {
  const { handle, ...described } = declaration
  return {
    ...described,
    async run(raw) {
      const problems: FieldProblem[] = []
      const read = <T>(schema: z.ZodType<T>, value: unknown, where: string): T | undefined => {
        const parsed = schema.safeParse(value)
        if (parsed.success) return parsed.data
        problems.push(...parsed.error.issues.flatMap((issue) => fieldProblems(issue, where)))
        return undefined
      }
      const params = read(declaration.params ?? Nothing, raw.params, '')
      const query = read(declaration.query ?? Nothing, raw.query, '')
      const body = read(declaration.body ?? NoBody, raw.body, '')
      const key = raw.key === undefined ? undefined : read(KeyHeader, raw.key, 'Idempotency-Key')
      const tag = raw.ifMatch === undefined ? undefined : read(EntityTag, raw.ifMatch, 'If-Match')
      if (problems.length > 0) {
        const first = problems[0]
        const rest = problems.length > 1 ? ` (and ${problems.length - 1} more)` : ''
        return refuse(
          'invalid_request',
          `${first?.field || 'The body'} ${first?.message}${rest}.`,
          problems.slice(0, PROBLEMS_LISTED_MAX),
        )
      }
      if (declaration.key === 'required' && key === undefined) {
        return refuse('idempotency_key_required', 'Send an Idempotency-Key, so that a retry is safe.')
      }
      const ifMatch = tag === undefined || tag === '*' ? undefined : Number(tag.slice(1, -1))
      return handle({
        params: params as z.output<P>,
        query: query as z.output<Q>,
        body: body as z.output<B>,
        ifMatch,
        key,
      })
    },
  }
}

/** The refusal of a stale `If-Match`, or undefined where the versions agree or none was given. */
export function staleVersion(ifMatch: number | undefined, version: number): Refusal | undefined {
  if (ifMatch === undefined || ifMatch === version) return undefined
  return refuse('version_conflict', `The caller saw version ${ifMatch}; it is now version ${version}.`)
}

/** At most so many problems are listed: a body of a thousand wrong entries needs no thousand sentences. */
const PROBLEMS_LISTED_MAX = 20

function fieldProblems(issue: z.core.$ZodIssue, where: string): FieldProblem[] {
  const at = [...(where ? [where] : []), ...issue.path.map(String)].join('.')
  if (issue.code === 'unrecognized_keys') {
    return issue.keys
      .slice(0, PROBLEMS_LISTED_MAX)
      .map((key) => ({ field: at ? `${at}.${key}` : key, message: 'is not a member that is known here' }))
  }
  if (issue.code === 'invalid_value') {
    return [{ field: at, message: `must be one of ${issue.values.join(', ')}`, allowed: issue.values }]
  }
  const message = issue.message.startsWith('must') ? issue.message : plainly(issue)
  return [{ field: at, message }]
}

function plainly(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type') return `is required and must be a ${issue.expected}`
  if (issue.code === 'too_big')
    return `must ${measure(issue.origin)} at most ${issue.maximum}${unit(issue.origin)}`
  if (issue.code === 'too_small')
    return `must ${measure(issue.origin)} at least ${issue.minimum}${unit(issue.origin)}`
  return `is not allowed here: ${issue.message}`
}

function measure(origin: string): string {
  return origin === 'string' || origin === 'array' ? 'have' : 'be'
}

function unit(origin: string): string {
  if (origin === 'string') return ' characters'
  return origin === 'array' ? ' elements' : ''
}
