import type { Kernel } from '../kernel.ts'
import type { Text } from '../languages/say.ts'

/** What is to be seen of a record wherever it is listed, before anybody opens it. */
export type RecordMark = {
  readonly tone: 'danger' | 'warning'
  /** One or two words: a row has room for no more. */
  readonly word: Text
  /** What that means, as the record's own page says it. */
  readonly text: Text
}

/**
 * The marks of the records with these ids that have any, as the projections know them: read for a page of a list at a time, so in one
 * query, however many there are.
 */
export type MarkRecords = (
  kernel: Pick<Kernel, 'pool'>,
  ids: readonly string[],
) => Promise<ReadonlyMap<string, readonly RecordMark[]>>
