import { UNSPECIFIED } from '../actions/define-action.ts'
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
import { mayHearOf } from './may-hear-of.ts'

export type TimelineEntry = {
  readonly position: number
  readonly at: string
  readonly source: string
  readonly type: string
  readonly actor?: { readonly id: string; readonly name: string }
  readonly summary: Text
  /** Another record of the same kind that this happened to: a payment that was sent again is beside the one that it was. */
  readonly about?: EntityRef
  readonly detail?: Readonly<Record<string, Json>>
  readonly postings?: Json
  /** The file that it tells of. */
  readonly evidence?: Pick<Evidence, 'id' | 'name' | 'type' | 'bytes' | 'sha256' | 'state'>
  /** What somebody wrote, where the entry is a note. */
  readonly note?: Note
  /** What each is called, where that is known and is for this reader. */
  readonly links: readonly (EntityRef & { readonly title?: string })[]
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
    text: `SELECT t.position, ${cursorTimeSql('t.at')} AS happened_at, kernel.rfc3339(e.occurred_at) AS at, e.source, e.type, e.stream, e.actor_id, p.display_name, e.refs, e.payload,
                  CASE WHEN v.request_id IS NULL THEN NULL
                       ELSE jsonb_build_object('request', done.request_id, 'action', done.type, 'reason_code', v.reason_code) END AS at_once
             FROM kernel.timeline t
             JOIN kernel.event e ON e.seq = t.seq
             LEFT JOIN kernel.person p ON p.person_id = e.actor_id
             LEFT JOIN kernel.action_request q ON q.request_id = e.request_id AND e.type LIKE $6
             -- What one person did to it at once has no steps of its own here: why it was done stands with what it did.
             LEFT JOIN kernel.action_request done
               ON done.request_id = e.request_id AND e.type NOT LIKE $6 AND done.target_kind = $1 AND done.target_id = $2
              AND (done.type = ANY ($7) OR done.requested_by = $8)
             LEFT JOIN kernel.action_revision v
               ON v.request_id = done.request_id AND v.revision = done.revision AND v.required_approvals = 0
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
  const [notes, evidence, titles] = await Promise.all([
    readNotes(kernel, entity, page.flatMap(noteId)),
    evidenceOf(kernel, entity, page.flatMap(evidenceId)),
    titlesOf(
      kernel,
      reader,
      page.flatMap((row) => linksOf(entity, row)),
    ),
  ])
  return {
    entries: page.map((row) => entryOf(kernel, entity, row, { notes, evidence, titles })),
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
  {
    notes,
    evidence,
    titles,
  }: {
    notes: ReadonlyMap<string, Note>
    evidence: ReadonlyMap<string, Evidence>
    titles: ReadonlyMap<string, string>
  },
): TimelineEntry {
  const file = evidenceId(row).flatMap((id) => evidence.get(id) ?? [])[0]
  const note = noteId(row).flatMap((id) => notes.get(id) ?? [])[0]

  const { request, ...asked }: Partial<NonNullable<Row['at_once']>> = row.at_once ?? {}
  const told: Record<string, Json> =
    asked.reason_code === undefined || asked.reason_code === UNSPECIFIED.code
      ? row.payload
      : { ...asked, ...row.payload }
  const detail = Object.fromEntries(
    SHOWN.flatMap((name) => {
      const value = told[name]
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
    ...aboutOf(entity, row),
    ...(Object.keys(detail).length > 0 ? { detail } : {}),
    ...(row.payload.postings === undefined ? {} : { postings: row.payload.postings }),
    ...(note === undefined ? {} : { note }),
    ...(file === undefined ? {} : { evidence: briefly(file) }),
    links: [
      ...(request === undefined ? [] : [{ kind: 'request', id: request }]),
      ...linksOf(entity, row).map((ref) => {
        const title = titles.get(ref)
        return { ...refFromText(ref), ...(title === undefined ? {} : { title }) }
      }),
    ],
  }
}

function linksOf(entity: EntityRef, { refs }: Row): string[] {
  return refs.filter((ref) => ref !== refText(entity)).slice(0, LINKS_MAX)
}

/** What the records of a page are called, as they are found by: personal data in its redacted form. */
async function titlesOf(
  kernel: Kernel,
  reader: Pick<Principal, 'kind' | 'roles'>,
  refs: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const known = [...new Set(refs)].map(refFromText).filter((ref) => mayHearOf(kernel, reader, ref))
  if (known.length === 0) return new Map()
  const { rows } = await kernel.pool.query<EntityRef & { title: string }>({
    name: 'timeline-titles',
    text: `SELECT n.kind, n.id, n.title FROM unnest($1::text[], $2::text[]) AS one (kind, id)
             JOIN kernel.search_entity n USING (kind, id)`,
    values: [known.map(({ kind }) => kind), known.map(({ id }) => id)],
  })
  return new Map(rows.map(({ title, ...ref }) => [refText(ref), title]))
}

function aboutOf({ kind, id }: EntityRef, { stream }: Row): Pick<TimelineEntry, 'about'> {
  const [aggregate = '', of = ''] = stream.split('/', 2)
  return aggregate.endsWith(`.${kind}`) && of !== id && of !== '' ? { about: { kind, id: of } } : {}
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
  stream: string
  actor_id: string | null
  display_name: string | null
  refs: string[]
  payload: Record<string, Json>
  /** The request that this is the effect of, which nobody else was asked about. */
  at_once: { readonly request: string; readonly action: string; readonly reason_code: string } | null
}
