import { unstorableText } from '../audit/storable-text.ts'

/** The first text that no store can hold, by its path. */
export function unstorableMember(
  value: unknown,
  path: string,
): { field: string; message: string } | undefined {
  if (typeof value === 'string') {
    const problem = unstorableText(value)
    return problem === undefined ? undefined : { field: path || 'body', message: problem }
  }
  if (value === null || typeof value !== 'object') return undefined
  for (const [name, member] of Object.entries(value)) {
    if (unstorableText(name) !== undefined)
      return { field: path || 'body', message: 'has a member whose name is not text' }
    const problem = unstorableMember(member, path === '' ? name : `${path}.${name}`)
    if (problem) return problem
  }
  return undefined
}
