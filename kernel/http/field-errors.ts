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
