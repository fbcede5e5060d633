import { z } from 'zod'
import { replayHeaders } from '../actions/answer-once.ts'
import { fail, ok } from '../actions/failure.ts'
import { entityId, entityRef } from '../entities/entity-ref.ts'
import { ofRecord } from '../entities/entity-routes.ts'
import { maySee } from '../entities/visible-entity.ts'
import { cursorParameter, cursorTime, encodeCursor, limitParameter } from '../http/cursor.ts'
import { type Route, route } from '../http/route.ts'
import type { Kernel } from '../kernel.ts'
import { say, written } from '../languages/say.ts'
import { ANNOTATE } from './annotate.ts'
import { mentionablePeople } from './mentionable-people.ts'
import { mentionsOf, readMention } from './mentions.ts'
import { noteBody, writeNote } from './write-note.ts'

const MENTIONS_DEFAULT = 50
const PEOPLE_QUERY_MAX_CHARACTERS = 128
const params = z.object({ kind: entityRef.shape.kind, id: entityId })
const noteParams = z.object({ id: z.uuid(written(say`must be the id of a note, a UUID`)) })

/** K-27: notes on any record, and whom they mention. What was written stands on the record's timeline. */
export function noteRoutes(kernel: Kernel): Route[] {
  const write = route({
    method: 'POST',
    url: '/v1/entities/:kind/:id/notes',
    summary: 'Write a note on a record',
    access: { permission: ANNOTATE },
    params,
    body: noteBody,
    idempotencyKey: 'required',
    answer: 'Note',
    async handle({ principal, origin, params, body, key }) {
      const written = await writeNote(kernel, { principal, origin, of: params, key, body })
      if (!written.ok) return written
      // What is recorded under the key holds no free text; the same key means the same text.
      const { text } = body as { text: string }
      return ok({
        status: written.value.status,
        headers: replayHeaders(written.value),
        body: { ...(JSON.parse(written.value.body) as object), text },
      })
    },
  })

  const people = route({
    method: 'GET',
    url: '/v1/entities/:kind/:id/people',
    summary: 'People who can be mentioned on a record: those who may read it',
    access: ofRecord(kernel),
    params,
    query: z.strictObject({ q: z.string().max(PEOPLE_QUERY_MAX_CHARACTERS).default('') }),
    async handle({ principal, origin, params, query }) {
      const seen = await maySee(kernel, principal, origin, params)
      if (!seen.ok) return seen
      return ok({ body: { people: await mentionablePeople(kernel, params, query.q.trim()) } })
    },
  })

  const mentions = route({
    method: 'GET',
    url: '/v1/mentions',
    summary: 'Where I was mentioned, newest first',
    access: { permission: 'kernel:read' },
    answer: 'Mentions',
    query: z.strictObject({
      state: z.enum(['unread', 'all']).default('unread'),
      cursor: cursorParameter(z.strictObject({ at: cursorTime, id: z.uuid() })).optional(),
      limit: limitParameter(MENTIONS_DEFAULT),
    }),
    async handle({ principal, query }) {
      const page = await mentionsOf(kernel, principal, {
        unread: query.state === 'unread',
        before: query.cursor,
        limit: query.limit,
      })
      return ok({
        body: {
          mentions: page.mentions,
          unread: page.unread,
          next_cursor: page.next === null ? null : encodeCursor(page.next),
        },
      })
    },
  })

  const read = route({
    method: 'POST',
    url: '/v1/mentions/:id/read',
    summary: 'I have seen that I was mentioned',
    access: { permission: 'kernel:read' },
    params: noteParams,
    idempotencyKey: 'required',
    async handle({ principal, params }) {
      // Marking it again changes nothing and answers the same, so that the key has nothing to keep.
      const readAt = await readMention(kernel, principal, params.id)
      if (readAt === undefined) {
        return fail({
          kind: 'not_found',
          code: 'not_found',
          message: say`You are not mentioned in a note "${params.id}".`,
        })
      }
      return ok({ body: { id: params.id, read_at: readAt } })
    },
  })

  return [write, people, mentions, read]
}
