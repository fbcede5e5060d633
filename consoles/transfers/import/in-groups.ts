/** A reader that takes the bytes of a file and has items ready as it goes. */
export type PushReader<Item> = {
  push: (chunk: Buffer) => void
  end: () => void
  /** The items that became ready since the last call. */
  take: () => Item[]
}

/** Feeds a stream to a reader and yields its items in groups, one for each piece of the stream that completed any. */
export async function* inGroups<Item>(
  source: AsyncIterable<Buffer>,
  reader: PushReader<Item>,
): AsyncGenerator<Item[], void> {
  for await (const chunk of source) {
    reader.push(chunk)
    const ready = reader.take()
    if (ready.length > 0) yield ready
  }
  reader.end()
  const ready = reader.take()
  if (ready.length > 0) yield ready
}
