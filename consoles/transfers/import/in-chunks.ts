/** What fits into one chunk of a staged file: elements, and a weight for what they hold. */
export const CHUNK_ELEMENTS_MAX = 1_000
/** In lines of the file, of some 100 bytes each: chunks stay well below what an upstream takes in one body. */
export const CHUNK_WEIGHT_MAX = 20_000

/**
 * Cuts groups of elements into chunks, in order. The same elements always give the same chunks, whatever the groups: an import
 * that was interrupted goes on where it was.
 * @param weightOf how much an element holds, in lines of its file
 */
export async function* inChunks<Element>(
  groups: AsyncIterable<readonly Element[]>,
  weightOf: (element: Element) => number,
): AsyncGenerator<Element[], void> {
  let chunk: Element[] = []
  let weight = 0
  for await (const group of groups) {
    for (const element of group) {
      const added = weightOf(element)
      if (chunk.length > 0 && (chunk.length >= CHUNK_ELEMENTS_MAX || weight + added > CHUNK_WEIGHT_MAX)) {
        yield chunk
        chunk = []
        weight = 0
      }
      chunk.push(element)
      weight += added
    }
  }
  if (chunk.length > 0) yield chunk
}
