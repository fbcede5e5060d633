import type { FastifyRequest } from 'fastify'
import type { z } from 'zod'
import { type FieldError, fail, invalid, ok, type Result } from '../actions/failure.ts'
import { say } from '../languages/say.ts'
import { unstorableMember } from '../personal-data/unstorable-member.ts'
import { fieldErrors } from './field-errors.ts'
import type { Route } from './route.ts'

/** Path and query of a request, parsed by what its route declares; what it does not declare is refused by name. */
export function checkParameters(
  { params: path, query: search }: Pick<Route, 'params' | 'query'>,
  request: Pick<FastifyRequest, 'params' | 'query'>,
): Result<{ params: Record<string, string>; query: Record<string, unknown> }> {
  const unwritable = [...textsOf('path', request.params), ...textsOf('', request.query)].filter(({ text }) =>
    text.includes('\0'),
  )
  if (unwritable.length > 0) {
    return fail(
      invalid(
        ...unwritable.map(({ field }) => ({ field, message: say`must not hold the character U+0000` })),
      ),
    )
  }
  const params = check(path, request.params, 'path')
  if (!params.ok) return params
  const query = check(search, request.query, '')
  if (!query.ok) return query
  if (!search && Object.keys(request.query as object).length > 0) {
    return fail(invalid(...Object.keys(request.query as object).map(unknownParameter)))
  }
  return ok({
    params: params.value as Record<string, string>,
    query: query.value as Record<string, unknown>,
  })
}

function check(schema: z.ZodObject | undefined, value: unknown, prefix: string): Result<unknown> {
  // No schema sees it: to JavaScript it is no member like the others.
  if (Object.hasOwn(value as object, '__proto__')) return fail(invalid(unknownParameter('__proto__')))
  const unstorable = unstorableMember(value, prefix)
  if (unstorable) return fail(invalid(unstorable))
  if (!schema) return ok({})
  const parsed = schema.safeParse(value)
  if (parsed.success) return ok(parsed.data)
  return fail(invalid(...fieldErrors(parsed.error.issues, prefix)))
}

/** The texts in an address; none of them can hold U+0000, which the database has no place for. */
function textsOf(prefix: string, values: unknown): { field: string; text: string }[] {
  return Object.entries(values as Record<string, unknown>).flatMap(([name, value]) =>
    [value]
      .flat()
      .map((text) => ({ field: prefix ? `${prefix}.${name}` : name, text: `${name}${String(text)}` })),
  )
}

function unknownParameter(name: string): FieldError {
  return { field: name, message: say`is not a parameter of this request` }
}
