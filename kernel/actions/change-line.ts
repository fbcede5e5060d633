import type { Text } from '../languages/say.ts'
import type { PreviewBody } from './define-action.ts'

type Value = Text | number | null | undefined

/**
 * A line of a preview. A side on which there is nothing (nobody, no limit, no end) is left out, so that what is sealed
 * holds values alone and the screen says "nothing" in the language of whoever reads it.
 */
export function changeLine(label: Text, before: Value, after: Value): PreviewBody['changes'][number] {
  const [was, is] = [textOf(before), textOf(after)]
  return {
    label,
    ...(was === undefined ? {} : { before: was }),
    ...(is === undefined ? {} : { after: is }),
  }
}

function textOf(value: Value): Text | undefined {
  if (value === null || value === undefined || value === '') return undefined
  return typeof value === 'number' ? String(value) : value
}
