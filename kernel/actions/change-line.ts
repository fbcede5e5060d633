import type { PreviewBody } from './define-action.ts'

type Value = string | number | null | undefined

/**
 * A line of a preview. A side on which there is nothing (nobody, no limit, no end) is left out, so that what is sealed
 * holds values alone and the screen says "nothing" in the language of whoever reads it.
 */
export function changeLine(label: string, before: Value, after: Value): PreviewBody['changes'][number] {
  const [was, is] = [textOf(before), textOf(after)]
  return {
    label,
    ...(was === undefined ? {} : { before: was }),
    ...(is === undefined ? {} : { after: is }),
  }
}

function textOf(value: Value): string | undefined {
  return value === null || value === undefined || value === '' ? undefined : String(value)
}
