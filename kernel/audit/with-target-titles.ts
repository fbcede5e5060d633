import type { AuditEntryView } from './audit-view.ts'
import type { Queryable } from './database-tiles.ts'

/** Entries with what the records of one console are called on which something was done, where that is known. Titles hold no personal data. */
export async function withTargetTitles(
  database: Queryable,
  entries: readonly AuditEntryView[],
  console: string,
): Promise<AuditEntryView[]> {
  const targets = entries.flatMap(({ target }) => target ?? [])
  if (targets.length === 0) return [...entries]
  const { rows } = await database.query<{ ref: string; title: string }>(
    `SELECT n.kind || '/' || n.id AS ref, n.title
       FROM (SELECT DISTINCT * FROM unnest($1::text[], $2::text[])) AS one (kind, id)
       JOIN kernel.search_entity n ON n.kind = one.kind AND n.id = one.id
      WHERE n.console = $3`,
    [targets.map(({ kind }) => kind), targets.map(({ id }) => id), console],
  )
  const titles = new Map(rows.map(({ ref, title }) => [ref, title]))
  return entries.map((entry) => {
    const title = entry.target && titles.get(`${entry.target.kind}/${entry.target.id}`)
    return entry.target && title ? { ...entry, target: { ...entry.target, title } } : entry
  })
}
