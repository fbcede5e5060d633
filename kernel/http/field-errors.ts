import { z } from 'zod'
import { counted, fromWritten, type Said, say, type Text, written } from '../languages/say.ts'

// Where a schema brings no sentence of its own, these stand in the place of the checker's ("Too small: expected string …").
z.config({ customError: (issue) => writtenFault(faultInWords(issue)) })

type FieldFault = { field: string; message: Text; allowed?: string[] }

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
): FieldFault[] {
  return issues.flatMap((issue): FieldFault[] => {
    const path = [...(prefix ? [prefix] : []), ...issue.path.map(String)]
    if (issue.code === 'unrecognized_keys') {
      return (issue.keys ?? []).map((key) => ({
        field: [...path, key].join('.'),
        message: say`is not a member of this request`,
      }))
    }
    const allowed = issue.code === 'invalid_value' ? issue.values?.map(String) : undefined
    return [
      {
        field: path.join('.') || 'body',
        message: fromWritten(issue.message),
        ...(allowed ? { allowed } : {}),
      },
    ]
  })
}

/** An issue can only have a string. */
function writtenFault(fault: Said | undefined): string | undefined {
  return fault && written(fault)
}

function faultInWords(issue: z.core.$ZodRawIssue): Said | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined
        ? say`is missing`
        : (MUST_BE[issue.expected] ?? say`must be ${issue.expected}`)
    case 'invalid_value':
      if (issue.input === undefined) return say`is missing`
      if (issue.values.length === 1) return say`must be ${JSON.stringify(issue.values[0])}`
      return issue.values.length <= NAMED_MAX
        ? say`must be one of ${issue.values.map(String).join(', ')}`
        : say`must be one of what is allowed`
    case 'too_small':
      return sizeFault(issue.origin, 'least', issue.minimum, issue.inclusive === false)
    case 'too_big':
      return sizeFault(issue.origin, 'most', issue.maximum, issue.inclusive === false)
    case 'invalid_format':
      return issue.format === 'regex' ? say`is not of the form that is asked for` : say`is no ${issue.format}`
    case 'invalid_union':
      return issue.input === undefined ? say`is missing` : say`is none of the forms that are allowed`
    case 'not_multiple_of':
      return say`must be a multiple of ${Number(issue.divisor)}`
    default:
      return undefined
  }
}

/** Of so many values a sentence still names each; the answer's `allowed` has them all however many. */
const NAMED_MAX = 12

const MUST_BE: Readonly<Record<string, Said>> = {
  string: say`must be a text`,
  number: say`must be a number`,
  int: say`must be a whole number`,
  boolean: say`must be true or false`,
  array: say`must be a list`,
  object: say`must be an object`,
  record: say`must be an object`,
}

function sizeFault(
  origin: string,
  end: 'least' | 'most',
  limit: number | bigint,
  beyond: boolean,
): Said | undefined {
  const count = Number(limit)
  switch (origin) {
    case 'string':
      if (end === 'most')
        return say`must have at most ${counted(count, 'one {# character} other {# characters}')}`
      return count === 1
        ? say`must not be empty`
        : say`must have at least ${counted(count, 'one {# character} other {# characters}')}`
    case 'array':
      if (end === 'most') return say`must have at most ${counted(count, 'one {# entry} other {# entries}')}`
      return count === 1
        ? say`must not be empty`
        : say`must have at least ${counted(count, 'one {# entry} other {# entries}')}`
    default:
      if (end === 'least')
        return beyond ? say`must be more than ${String(limit)}` : say`must be at least ${String(limit)}`
      return beyond ? say`must be less than ${String(limit)}` : say`must be at most ${String(limit)}`
  }
}
