import type { Text } from '../languages/say.ts'

/** A field as a sentence names it: as it is called, or else by its path, `originator.name` as "originator name". */
export function fieldInWords({ path, title }: { readonly path: string; readonly title?: Text }): Text {
  return title ?? path.replaceAll(/[._]/g, ' ')
}
