import type { RequestRecord } from '../actions/request-record.ts'
import { openNote } from '../actions/seal-input.ts'
import { maySeeRequest } from '../actions/visible-requests.ts'
import type { EntityRef } from '../entities/entity-ref.ts'
import { mayHearOf } from '../entities/may-hear-of.ts'
import { cursorTimeSql } from '../http/cursor.ts'
import type { Principal } from '../identity/principal.ts'
import type { Kernel } from '../kernel.ts'
import type { Sealed } from '../personal-data/sealing.ts'
import type { NamedPerson } from './mentionable-people.ts'

/** Unread mentions counted at most, so that the count costs as much for everybody. */
const UNREAD_COUNTED_MAX = 1_000

export type Mention = {
  /** Of the note. */
  readonly id: string
  readonly entity: EntityRef
  readonly author: NamedPerson
  readonly at: string
  /** Null where this person may not read the record any more. */
  readonly text: string | null
  readonly read_at: string | null
}

export type MentionPlace = { readonly at: string; readonly id: string }

/** Where this person was mentioned, newest first, by keyset. */
export async function mentionsOf(
  kernel: Kernel,
  principal: Principal,
  asked: { readonly unread: boolean; readonly before: MentionPlace | undefined; readonly limit: number },
): Promise<{ mentions: Mention[]; next: MentionPlace | null; unread: number }> {
  const [{ rows }, unread] = await Promise.all([
    kernel.pool.query<Row>({
      name: asked.unread ? 'mentions-unread' : 'mentions',
      text: `SELECT m.note_id AS note, n.kind, n.id, n.author_id, p.display_name, n.text, kernel.rfc3339(m.at) AS at,
                    ${cursorTimeSql('m.at')} AS sorted_at, kernel.rfc3339(r.at) AS read_at,
                    CASE WHEN q.request_id IS NOT NULL
                         THEN jsonb_build_object('type', q.type, 'requested_by', q.requested_by) END AS request
               FROM kernel.mention m
               JOIN kernel.note n USING (note_id)
               LEFT JOIN kernel.person p ON p.person_id = n.author_id
               LEFT JOIN kernel.mention_read r ON r.note_id = m.note_id AND r.person_id = m.person_id
               LEFT JOIN kernel.action_request q ON n.kind = 'request' AND q.request_id::text = n.id
              WHERE m.person_id = $1 AND (m.at, m.note_id) < ($2::timestamptz, $3::uuid)
                ${asked.unread ? 'AND r.note_id IS NULL' : ''}
              ORDER BY m.at DESC, m.note_id DESC
              LIMIT $4`,
      values: [
        principal.id,
        asked.before?.at ?? 'infinity',
        asked.before?.id ?? '00000000-0000-0000-0000-000000000000',
        asked.limit + 1,
      ],
    }),
    unreadCount(kernel, principal),
  ])
  const page = rows.slice(0, asked.limit)
  const last = page.at(-1)
  return {
    mentions: await Promise.all(page.map((row) => shown(kernel, principal, row))),
    next: rows.length > asked.limit && last ? { at: last.sorted_at, id: last.note } : null,
    unread,
  }
}

async function unreadCount(kernel: Kernel, principal: Principal): Promise<number> {
  const { rows } = await kernel.pool.query<{ unread: number }>(
    `SELECT count(*)::integer AS unread
       FROM (SELECT FROM kernel.mention m
              WHERE m.person_id = $1
                AND NOT EXISTS (SELECT FROM kernel.mention_read r
                                 WHERE r.note_id = m.note_id AND r.person_id = m.person_id)
              LIMIT $2) counted`,
    [principal.id, UNREAD_COUNTED_MAX],
  )
  return rows[0]?.unread ?? 0
}

/** @returns when it was read first; undefined where this person was not mentioned there */
export async function readMention(
  kernel: Kernel,
  principal: Principal,
  note: string,
): Promise<string | undefined> {
  const { rows } = await kernel.pool.query<{ read_at: string | null }>(
    'SELECT kernel.rfc3339(kernel.read_mention($1, $2)) AS read_at',
    [note, principal.id],
  )
  return rows[0]?.read_at ?? undefined
}

async function shown(kernel: Kernel, principal: Principal, row: Row): Promise<Mention> {
  const entity = { kind: row.kind, id: row.id }
  const may =
    row.kind === 'request'
      ? row.request !== null && maySeeRequest(kernel, principal, row.request)
      : mayHearOf(kernel, principal, entity)
  return {
    id: row.note,
    entity,
    author: { id: row.author_id, name: row.display_name ?? row.author_id },
    at: row.at,
    text: may ? ((await openNote(kernel.sealer, row.text, entity)) ?? row.text.shown) : null,
    read_at: row.read_at,
  }
}

type Row = {
  note: string
  kind: string
  id: string
  author_id: string
  display_name: string | null
  text: Sealed
  at: string
  sorted_at: string
  read_at: string | null
  request: Pick<RequestRecord, 'type' | 'requested_by'> | null
}
