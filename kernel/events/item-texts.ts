/**
 * The items of a JSON array, each as it is written: what a reader makes of a number or of nesting need not be what was
 * sent. Goes through the text once, without recursion, so that no depth is too deep.
 *
 * @param text a valid JSON array
 */
export function itemTexts(text: string): string[] {
  const items: string[] = []
  let depth = 0
  let begun = 0
  let inText = false
  const end = (at: number) => {
    const item = text.slice(begun, at).trim()
    if (item !== '') items.push(item)
    begun = at + 1
  }
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at]
    if (inText) {
      if (character === '\\') at += 1
      else if (character === '"') inText = false
    } else if (character === '"') {
      inText = true
    } else if (character === '[' || character === '{') {
      depth += 1
      if (depth === 1) begun = at + 1
    } else if (character === ']' || character === '}') {
      depth -= 1
      if (depth === 0) end(at)
    } else if (character === ',' && depth === 1) {
      end(at)
    }
  }
  return items
}
