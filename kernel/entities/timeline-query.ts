import { REQUEST_EVENTS } from '../actions/request-events.ts'
import { visibleTypes } from '../actions/visible-requests.ts'
import { type Evidence, evidenceByIds, evidenceOnWire } from '../evidence/evidence-record.ts'
import { cursorTimeSql } from '../http/cursor.ts'
import type { Principal } from '../identity/principal.ts'
import type { Kernel } from '../kernel.ts'
import type { Text } from '../languages/say.ts'
import type { Note } from '../notes/read-notes.ts'
import { readNotes } from '../notes/read-notes.ts'
import type { Json } from '../personal-data/canonical-json.ts'
import type { EntityRef } from './entity-ref.ts'
import { refFromText, refText } from './entity-ref.ts'

export type TimelineEntry = {
  readonly position: number
  readonly at: string
  readonly source: string
  readonly type: string
  readonly actor?: { readonly id: string; readonly name: string }
  readonly summary: Text
  readonly detail?: Readonly<Record<string, Json>>
  readonly postings?: Json
  /** The file that it tells of. */
  readonly evidence?: Pick<Evidence, 'id' | 'name' | 'type' | 'bytes' | 'sha256' | 'state'>
  /** What somebody wrote, where the entry is a note. */
  readonly note?: Note
  readonly links: readonly EntityRef[]
}

/** A place in a timeline: the last entry seen. */
export type TimelinePlace = { readonly at: string; readonly position: number }

/** A request over many records names all of them. */
const LINKS_MAX = 20

/** Members of a payload that a timeline shows beside its sentence; the rest is a click away, on the record. */
const SHOWN = [
  'state',
  'reason_code',
  'code',
  'description',
  'reference',
  'given',
  'required',
  'basis',
  'why',
  'assignee',
  'action',
  'score',
  'scheduled_for',
]

/**
 * One merged, ordered history of an entity over all aggregates, newest first, by keyset. The steps of a request stand in
 * it for those who may see the request.
 */
export async function timelinePage(
  kernel: Kernel,
  reader: Pick<Principal, 'id' | 'kind' | 'roles'>,
  entity: EntityRef,
  before: TimelinePlace | undefined,
  limit: number,
): Promise<{ entries: TimelineEntry[]; next: TimelinePlace | null }> {
  const { rows } = await kernel.pool.query<Row>({
    name: 'timeline',
    text: `SELECT t.position, ${cursorTimeSql('t.at')} AS happened_at, kernel.rfc3339(e.occurred_at) AS at, e.source, e.type, e.actor_id, p.display_name, e.refs, e.payload
             FROM kernel.timeline t
             JOIN kernel.event e ON e.seq = t.seq
             LEFT JOIN kernel.person p ON p.person_id = e.actor_id
             LEFT JOIN kernel.action_request q ON q.request_id = e.request_id AND e.type LIKE $6
            WHERE (q.request_id IS NULL OR q.type = ANY ($7) OR q.requested_by = $8) AND t.kind = $1 AND t.id = $2 AND (t.at, t.position) < ($3::timestamptz, $4)
            ORDER BY t.at DESC, t.position DESC
            LIMIT $5`,
    values: [
      entity.kind,
      entity.id,
      before?.at ?? 'infinity',
      before?.position ?? 0,
      limit + 1,
      `${REQUEST_EVENTS}%`,
      visibleTypes(kernel, reader),
      reader.id,
    ],
  })
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  const notes = await readNotes(kernel, entity, page.flatMap(noteId))
  const evidence = await evidenceOf(kernel, entity, page.flatMap(evidenceId))
  return {
    entries: page.map((row) => entryOf(kernel, entity, row, { notes, evidence })),
    next: rows.length > limit && last ? { at: last.happened_at, position: Number(last.position) } : null,
  }
}

function noteId({ type, payload }: Row): string[] {
  return type.startsWith('kernel.note.') && typeof payload.note === 'string' ? [payload.note] : []
}

function evidenceId({ type, payload }: Row): string[] {
  return type.startsWith('kernel.evidence.') && typeof payload.evidence === 'string' ? [payload.evidence] : []
}

/** Evidence on this very record, by its id. */
async function evidenceOf(
  kernel: Kernel,
  entity: EntityRef,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Evidence>> {
  const rows = (await evidenceByIds(kernel, ids)).filter(
    ({ kind, id }) => kind === entity.kind && id === entity.id,
  )
  const shown = await Promise.all(rows.map((row) => evidenceOnWire(kernel, row)))
  return new Map(shown.map((each) => [each.id, each]))
}

function briefly({ id, name, type, bytes, sha256, state }: Evidence): NonNullable<TimelineEntry['evidence']> {
  return { id, name, type, bytes, sha256, state }
}

function entryOf(
  kernel: Kernel,
  entity: EntityRef,
  row: Row,
  { notes, evidence }: { notes: ReadonlyMap<string, Note>; evidence: ReadonlyMap<string, Evidence> },
): TimelineEntry {
  const file = evidenceId(row).flatMap((id) => evidence.get(id) ?? [])[0]
  const note = noteId(row).flatMap((id) => notes.get(id) ?? [])[0]

  const detail = Object.fromEntries(
    SHOWN.flatMap((name) => {
      const value = row.payload[name]
      return value === undefined || value === null || typeof value === 'object' ? [] : [[name, value]]
    }),
  )
  return {
    position: Number(row.position),
    at: row.at,
    source: row.source,
    type: row.type,
    ...(row.actor_id === null ? {} : { actor: { id: row.actor_id, name: row.display_name ?? row.actor_id } }),
    summary: summaryOf(kernel, row),
    ...(Object.keys(detail).length > 0 ? { detail } : {}),
    ...(row.payload.postings === undefined ? {} : { postings: row.payload.postings }),
    ...(note === undefined ? {} : { note }),
    ...(file === undefined ? {} : { evidence: briefly(file) }),
    links: row.refs
      .filter((ref) => ref !== refText(entity))
      .slice(0, LINKS_MAX)
      .map(refFromText),
  }
}

function summaryOf(kernel: Kernel, row: Row): Text {
  const action = typeof row.payload.action === 'string' ? kernel.actions.get(row.payload.action) : undefined
  const title = action?.present.title ?? String(row.payload.action ?? '')
  const declared = kernel.consoles
    .map((console) => console.eventTitles[row.type])
    .find((text) => text !== undefined)
  if (declared === undefined) return row.type
  if (typeof declared === 'function') return declared(row.payload, title)
  return declared
}

type Row = {
  position: string
  happened_at: string
  at: string
  source: string
  type: string
  actor_id: string | null
  display_name: string | null
  refs: string[]
  payload: Record<string, Json>
}
