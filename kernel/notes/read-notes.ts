import { openNote } from '../actions/seal-input.ts'
import type { EntityRef } from '../entities/entity-ref.ts'
import type { Kernel } from '../kernel.ts'
import type { Sealed } from '../personal-data/sealing.ts'
import type { NamedPerson } from './mentionable-people.ts'

/** A note as it is shown to whoever may read its record. */
export type Note = {
  readonly id: string
  /** As it was written; its redacted form where the record's key has been erased. */
  readonly text: string
  readonly mentions: readonly NamedPerson[]
  /** The note that this one corrects, and the one that corrects it. */
  readonly corrects: string | null
  readonly corrected_by: string | null
}

/** Notes on one record by their ids. */
export async function readNotes(
  kernel: Pick<Kernel, 'pool' | 'sealer'>,
  of: EntityRef,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Note>> {
  if (ids.length === 0) return new Map()
  const { rows } = await kernel.pool.query<Omit<Note, 'text'> & { text: Sealed }>(
    `SELECT n.note_id AS id, n.text, n.corrects,
            (SELECT c.note_id FROM kernel.note c
              WHERE c.kind = n.kind AND c.id = n.id AND c.corrects = n.note_id ORDER BY c.at DESC LIMIT 1) AS corrected_by,
            (SELECT coalesce(jsonb_agg(jsonb_build_object('id', m.person_id, 'name', coalesce(p.display_name, m.person_id))
                                       ORDER BY p.display_name, m.person_id), '[]')
               FROM kernel.mention m JOIN kernel.person p USING (person_id) WHERE m.note_id = n.note_id) AS mentions
       FROM kernel.note n
      WHERE n.kind = $1 AND n.id = $2 AND n.note_id = ANY ($3)`,
    [of.kind, of.id, ids],
  )
  const opened = await Promise.all(
    rows.map(async (row): Promise<[string, Note]> => {
      const text = (await openNote(kernel.sealer, row.text, of)) ?? row.text.shown
      return [row.id, { ...row, text }]
    }),
  )
  return new Map(opened)
}
