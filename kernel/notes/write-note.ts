import { z } from 'zod'
import { answerOf, answerOnce, idempotencyPart, type Submitted } from '../actions/answer-once.ts'
import { auditOf, originFacts } from '../actions/audit-parts.ts'
import { runWrite } from '../actions/commit-write.ts'
import { fail, invalid, type Result } from '../actions/failure.ts'
import type { Answer } from '../actions/idempotency.ts'
import { requestDigest } from '../actions/request-digest.ts'
import { uuidV7 } from '../db/uuid-v7.ts'
import { annotatableRecord } from '../entities/annotatable-record.ts'
import { type EntityRef, entityId } from '../entities/entity-ref.ts'
import { fieldErrors } from '../http/field-errors.ts'
import type { Principal, RequestOrigin } from '../identity/principal.ts'
import type { Kernel } from '../kernel.ts'
import { say, written } from '../languages/say.ts'
import { type Json, sha256 } from '../personal-data/canonical-json.ts'
import { unmentionable } from './mentionable-people.ts'
import { MENTIONS_MAX_PEOPLE, noteText } from './note-text.ts'

export const noteBody = z.strictObject({
  text: noteText,
  mentions: z
    .array(entityId)
    .max(MENTIONS_MAX_PEOPLE, written(say`must name at most ${MENTIONS_MAX_PEOPLE} people`))
    .refine((ids) => new Set(ids).size === ids.length, written(say`must name each person once`))
    .optional(),
  corrects: z.uuid(written(say`must be the id of a note`)).optional(),
})

export type NoteSubmission = {
  readonly principal: Principal
  readonly origin: RequestOrigin
  readonly of: EntityRef
  readonly key: string
  /** As it came in, not yet checked. */
  readonly body: unknown
}

/**
 * Writes a note on a record. It is never changed: a correction is another note that names it. The text is sealed under
 * the record's key; the log holds the hash of the sealed text.
 *
 * @returns 201 with the note (without its text); 404 where the record is none of this person's; 403 `lent_to_read` where they may only read it; 400 naming the field
 */
export async function writeNote(kernel: Kernel, submission: NoteSubmission): Promise<Result<Answer>> {
  const { principal, origin, of, key, body } = submission
  const door = 'POST /v1/entities/{kind}/{id}/notes'
  const asked = { door, kind: of.kind, id: of.id, body: (body ?? null) as Json }
  const submitted: Submitted = { actor: principal.id, door, key, digest: requestDigest(kernel.sealer, asked) }
  const known = await annotatableRecord(kernel, principal, origin, of)
  if (!known.ok) return known
  return answerOnce(kernel, submitted, async () => {
    const parsed = noteBody.safeParse(body)
    if (!parsed.success) return fail(invalid(...fieldErrors(parsed.error.issues)))
    const { text, mentions = [], corrects } = parsed.data
    const refused = await unmentionable(kernel, of, mentions)
    if (refused.length > 0) {
      return fail(
        invalid(
          ...refused.map((id) => ({
            field: `mentions.${mentions.indexOf(id)}`,
            message: say`is nobody known here who may read this record`,
          })),
        ),
      )
    }
    if (corrects !== undefined && !(await isNoteOf(kernel, corrects, of))) {
      return fail(invalid({ field: 'corrects', message: say`must be a note on the same record` }))
    }
    const { tenantId } = known.value
    const [sealed] = await kernel.sealer.seal(of, [{ text, class: 'free_text' }])
    if (!sealed) throw new Error('the text of a note was not sealed')
    const note = uuidV7()
    const at = kernel.now().toISOString()
    const answer = {
      id: note,
      entity: { kind: of.kind, id: of.id },
      author: { id: principal.id, name: principal.name },
      at,
      mentions,
      corrects: corrects ?? null,
    }
    const committed = await runWrite(kernel.pool, 'kernel.write_note', {
      tenant_id: tenantId ?? null,
      correlation_id: origin.httpRequestId,
      idempotency: idempotencyPart(submitted, 201, answer),
      note: {
        note_id: note,
        kind: of.kind,
        id: of.id,
        author_id: principal.id,
        text: sealed,
        corrects: corrects ?? null,
        mentions,
      },
      audit: auditOf(kernel, {
        kind: 'action',
        actor: { id: principal.id, roles: principal.roles },
        action: 'kernel.write_note',
        target: of,
        outcome: 'executed',
        detail: {
          note,
          mentions,
          sealed_sha256: sha256(sealed.sealed).toString('hex'),
          ...(corrects === undefined ? {} : { corrects }),
        },
        ...(tenantId === undefined ? {} : { tenantId }),
        ...originFacts(origin),
      }),
    })
    return committed.ok ? answerOf(committed.value, submitted, 201) : committed
  })
}

async function isNoteOf(kernel: Kernel, note: string, of: EntityRef): Promise<boolean> {
  const { rowCount } = await kernel.pool.query(
    'SELECT FROM kernel.note WHERE note_id = $1 AND kind = $2 AND id = $3',
    [note, of.kind, of.id],
  )
  return rowCount === 1
}
