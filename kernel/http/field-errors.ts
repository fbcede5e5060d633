import { z } from 'zod'

// Where a schema brings no sentence of its own, these stand in the place of the checker's ("Too small: expected string …").
z.config({ customError: faultInWords })

/**
 * What a schema found wrong, by field as the sender wrote it: `input.amount.currency`, with what is allowed where that is
 * a list.
 *
 * @param prefix the member that the value itself came in
 */
export function fieldErrors(
  issues: readonly {
    path: PropertyKey[]
    message: string
    code?: string
    keys?: string[]
    values?: unknown[]
  }[],
  prefix = '',
): { field: string; message: string; allowed?: string[] }[] {
  return issues.flatMap((issue) => {
    const path = [...(prefix ? [prefix] : []), ...issue.path.map(String)]
    if (issue.code === 'unrecognized_keys') {
      return (issue.keys ?? []).map((key) => ({
        field: [...path, key].join('.'),
        message: 'is not a member of this request',
      }))
    }
    const allowed = issue.code === 'invalid_value' ? issue.values?.map(String) : undefined
    return [{ field: path.join('.') || 'body', message: issue.message, ...(allowed ? { allowed } : {}) }]
  })
}

function faultInWords(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? 'is missing' : `must be ${TYPES[issue.expected] ?? issue.expected}`
    case 'invalid_value':
      if (issue.input === undefined) return 'is missing'
      return issue.values.length === 1
        ? `must be ${JSON.stringify(issue.values[0])}`
        : 'must be one of what is allowed'
    case 'too_small':
      return sizeFault(issue.origin, 'least', issue.minimum, issue.inclusive === false)
    case 'too_big':
      return sizeFault(issue.origin, 'most', issue.maximum, issue.inclusive === false)
    case 'invalid_format':
      return issue.format === 'regex' ? 'is not of the form that is asked for' : `is no ${issue.format}`
    case 'invalid_union':
      return issue.input === undefined ? 'is missing' : 'is none of the forms that are allowed'
    case 'not_multiple_of':
      return `must be a multiple of ${issue.divisor}`
    default:
      return undefined
  }
}

const TYPES: Record<string, string> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
}

const SIZES: Record<string, { one: string; many: string }> = {
  string: { one: 'character', many: 'characters' },
  array: { one: 'entry', many: 'entries' },
}

function sizeFault(origin: string, end: 'least' | 'most', limit: number | bigint, beyond: boolean): string {
  const counted = SIZES[origin]
  if (counted === undefined) {
    return beyond
      ? `must be ${end === 'least' ? 'more' : 'less'} than ${limit}`
      : `must be at ${end} ${limit}`
  }
  if (end === 'least' && Number(limit) === 1) return 'must not be empty'
  return `must have at ${end} ${limit} ${Number(limit) === 1 ? counted.one : counted.many}`
}
