import { z } from 'zod'
import { type Failure, type FieldError, fail, ok, type Result } from '../actions/failure.ts'
import { fromWritten, say, written } from '../languages/say.ts'
import { instant } from '../time/instant.ts'
import { AUDIT_KINDS, AUDIT_SEVERITIES, IDENTIFIER_MAX_CHARACTERS } from './audit-entry.ts'
import type { Called } from './called-in-log.ts'
import { unstorableText } from './storable-text.ts'

/** What the explorer and the exports can be narrowed to (C-12). Every part given must hold. */
export type AuditFilter = z.infer<typeof auditFilter> & {
  /** What the text is the name of: what was done by them or on them is found too. */
  readonly called?: Called
}

const TEXT_MAX_CHARACTERS = 200

const word = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .refine(
      (value) => unstorableText(value) === undefined,
      written(say`must be well-formed text without U+0000`),
    )
const time = instant.transform((value) => new Date(value))

/** Members of a query that narrow it, as they come on the wire. */
export const auditFilter = z.strictObject({
  actor: word(IDENTIFIER_MAX_CHARACTERS).optional(),
  action: word(IDENTIFIER_MAX_CHARACTERS).optional(),
  /** An id, or `kind/id` or `kind:id`. */
  target: word(2 * IDENTIFIER_MAX_CHARACTERS).optional(),
  outcome: word(IDENTIFIER_MAX_CHARACTERS).optional(),
  kind: z.enum(AUDIT_KINDS).optional(),
  severity: z.enum(AUDIT_SEVERITIES).optional(),
  /** From this instant on. */
  from: time.optional(),
  /** Until before this instant. */
  to: time.optional(),
  /** Found anywhere in the entry, whatever its case; not in notes and other personal values. */
  text: word(TEXT_MAX_CHARACTERS).optional(),
})

/** Parses a query by a schema; the failure names each parameter at fault and what is allowed there. */
export function parseQuery<T>(schema: z.ZodType<T>, query: unknown): Result<T> {
  const parsed = schema.safeParse(query)
  return parsed.success ? ok(parsed.data) : fail(queryFailure(parsed.error))
}

function queryFailure(error: z.ZodError): Failure {
  const fields = error.issues.flatMap((issue): FieldError[] =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => ({ field: key, message: say`is not a parameter of this request` }))
      : [
          {
            field: issue.path.join('.'),
            message: fromWritten(issue.message),
            ...(issue.code === 'invalid_value' ? { allowed: issue.values.map(String) } : {}),
          },
        ],
  )
  const first = fields[0]
  return {
    kind: 'invalid',
    code: 'invalid_query',
    message: first ? say`${first.field}: ${first.message}` : say`The query is not valid.`,
    fields,
  }
}

/** SQL conditions on `kernel.audit_entry e`, and the values of their parameters. */
export type SqlConditions = { readonly conditions: string[]; readonly values: unknown[] }

/** @param text false to leave the text out, for a caller that bounds that search by itself */
export function filterSql(filter: AuditFilter, options: { readonly text: boolean }): SqlConditions {
  const conditions: string[] = []
  const values: unknown[] = []
  const equal = (column: string, value: unknown) => {
    if (value === undefined) return
    values.push(value)
    conditions.push(`e.${column} = $${values.length}`)
  }
  equal('actor_id', filter.actor)
  equal('action', filter.action)
  equal('outcome', filter.outcome)
  equal('kind', filter.kind)
  equal('severity', filter.severity)
  if (filter.target !== undefined) {
    const [, kind, id] = /^([a-z][a-z0-9_]*)[/:](.+)$/s.exec(filter.target) ?? []
    values.push(filter.target)
    const byId = `e.target_id = $${values.length}`
    if (kind === undefined) conditions.push(byId)
    else {
      values.push(kind, id)
      conditions.push(
        `(${byId} OR (e.target_kind = $${values.length - 1} AND e.target_id = $${values.length}))`,
      )
    }
  }
  if (filter.from) {
    values.push(filter.from)
    conditions.push(`e.at >= $${values.length}`)
  }
  if (filter.to) {
    values.push(filter.to)
    conditions.push(`e.at < $${values.length}`)
  }
  if (options.text && filter.text !== undefined) {
    conditions.push(textCondition(filter.text, filter.called, values))
  }
  return { conditions, values }
}

/** The condition on `e` that finds a text; its values are added to those given. */
export function textCondition(text: string, called: Called | undefined, values: unknown[]): string {
  const given = (value: unknown) => `$${values.push(value)}`
  const written = `convert_from(e.canonical, 'UTF8') ILIKE ${given(textPattern(text))}`
  if (called === undefined) return written
  const { people, records } = called
  const [kinds, ids] = [given(records.map(({ kind }) => kind)), given(records.map(({ id }) => id))]
  return `(${written} OR e.actor_id = ANY (${given(people)}::text[])
           OR (e.target_kind, e.target_id) IN (SELECT * FROM unnest(${kinds}::text[], ${ids}::text[])))`
}

/** The LIKE pattern that finds a text in canonical JSON, where quotes and control characters are escaped. */
function textPattern(text: string): string {
  const escaped = JSON.stringify(text).slice(1, -1)
  return `%${escaped.replaceAll(/[\\%_]/g, '\\$&')}%`
}
