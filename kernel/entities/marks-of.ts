import type { Kernel } from '../kernel.ts'
import { type EntityRef, refText } from './entity-ref.ts'
import type { RecordMark } from './record-mark.ts'

/** The marks of the records of a page, by `kind/id`; a kind is asked once, and one that has no marks not at all. */
export async function marksOf(
  kernel: Pick<Kernel, 'pool' | 'entities'>,
  records: readonly EntityRef[],
): Promise<ReadonlyMap<string, readonly RecordMark[]>> {
  const kinds = [...new Set(records.map(({ kind }) => kind))]
  const marked = await Promise.all(
    kinds.map(async (kind) => {
      const marks = kernel.entities.get(kind)?.marks
      if (marks === undefined) return []
      const ids = records.filter((one) => one.kind === kind).map(({ id }) => id)
      const found = await marks(kernel, [...new Set(ids)])
      return [...found].map(([id, of]) => [refText({ kind, id }), of] as const)
    }),
  )
  return new Map(marked.flat())
}
