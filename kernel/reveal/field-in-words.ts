/** A field's path as a sentence names it: `originator.name` is "originator name". */
export function fieldInWords(path: string): string {
  return path.replaceAll(/[._]/g, ' ')
}
