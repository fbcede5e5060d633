import { auditOf, originFacts } from '@countersign/kernel/actions/audit-parts.ts'
import { fail, invalid, ok } from '@countersign/kernel/actions/failure.ts'
import { fieldErrors } from '@countersign/kernel/http/field-errors.ts'
import { type Route, route } from '@countersign/kernel/http/route.ts'
import type { Kernel } from '@countersign/kernel/kernel.ts'
import { isOneLine } from '@countersign/kernel/languages/one-line.ts'
import { say, written } from '@countersign/kernel/languages/say.ts'
import { day as dayOfRange } from '@countersign/kernel/time/instant.ts'
import { z } from 'zod'
import { ALIASES_MAX, ENTRIES_MAX, NAME_CHARACTERS_MAX, NAMES_MAX, PARTS_MAX } from './list-bounds.ts'
import { LIST_IDS } from './list-names.ts'
import { entriesOf, settledList, settleVersion } from './staged-lists.ts'

/** Who may ask for a list to be taken into force may bring it. */
const MAY_BRING = { permission: 'transfers.take_list_into_force' }

const TOLD_CHARACTERS_MAX = 1_000
const REMARKS_CHARACTERS_MAX = 65_536
const TOLD_MAX = 300

/** Read by whoever agrees to the list, in sentences of ours. */
const line = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .refine(isOneLine, written(say`must be one line, without control characters and marks of direction`))
const name = line(NAME_CHARACTERS_MAX)
const told = z.array(z.string().min(1).max(TOLD_CHARACTERS_MAX)).max(TOLD_MAX)
const day = z.iso.date(written(say`must be a day, YYYY-MM-DD`)).pipe(dayOfRange)
/** Somewhere it is tomorrow already; a list of a later day would never count as old. */
const DAY_MS = 24 * 3600 * 1000
const tomorrow = (now: Date) => new Date(now.getTime() + DAY_MS).toISOString().slice(0, 10)

const entry = z.strictObject({
  uid: line(64),
  kind: z.enum(['individual', 'entity', 'vessel', 'aircraft']),
  name,
  aliases: z
    .array(z.strictObject({ name, as: z.enum(['aka', 'fka', 'nka']), weak: z.boolean() }))
    .max(ALIASES_MAX),
  programs: told,
  identifiers: z.strictObject({
    born: z.array(z.strictObject({ from: z.string().max(10), to: z.string().max(10) })).max(TOLD_MAX),
    places: told,
    nationalities: told,
    passports: told,
  }),
  addresses: told,
  remarks: z.string().max(REMARKS_CHARACTERS_MAX).nullable(),
})

const announcement = z.strictObject({
  list: z.enum(LIST_IDS),
  published: day,
  entries: z.int().min(1).max(ENTRIES_MAX),
  names: z.int().min(1).max(NAMES_MAX),
  parts: z.int().min(1).max(PARTS_MAX),
})
const part = z.strictObject({ entries: z.array(entry).min(1) })
const digest = z.string().regex(/^[0-9a-f]{64}$/, written(say`must be a SHA-256 in hexadecimal digits`))

/** In plain digits alone: a blank or `0x1` would be some other part. */
const partNumber = z
  .string()
  .regex(/^(0|[1-9][0-9]{0,3})$/, written(say`must be a whole number`))
  .pipe(z.coerce.number<string>().int().min(0).max(PARTS_MAX))

/**
 * How a sanctions list is brought here (docs/screening.md): announced under the digest of what is on it, then part by part. Both may be
 * repeated. Nothing of it counts before two people have taken that digest into force.
 */
export function listRoutes(kernel: Kernel): Route[] {
  const announce = route({
    method: 'PUT',
    url: '/v1/sanctions-lists/:version',
    summary: 'Announce a version of a sanctions list, and hear which of its parts are missing',
    access: MAY_BRING,
    params: z.object({ version: digest }),
    body: announcement,
    // Nothing is kept of it: the same again changes nothing, under whichever key.
    idempotencyKey: 'required',
    async handle({ principal, origin, params: { version }, body }) {
      const parsed = announcement.safeParse(body)
      if (!parsed.success) return fail(invalid(...fieldErrors(parsed.error.issues)))
      if (parsed.data.published > tomorrow(kernel.now())) {
        return fail(invalid({ field: 'published', message: say`must be no later than tomorrow` }))
      }
      const before = await settledList(kernel.pool, version, principal.id)
      const { list, ...said } = parsed.data
      const { rows } = await kernel.pool.query<{
        answer: { outcome: string; published?: string; list?: string }
      }>('SELECT transfers.announce_version($1) AS answer', [
        {
          ...{ ...said, list, sha256: version, by: principal.id },
          forget: before?.whole === true && (await entriesOf(kernel.pool, before)) === undefined,
          audit: auditOf(kernel, {
            ...{ kind: 'action', action: 'transfers.announce_list', outcome: 'executed' },
            actor: { id: principal.id, roles: principal.roles },
            target: { kind: 'sanctions_list', id: list },
            detail: { version, ...said },
            ...originFacts(origin),
          }),
        },
      ])
      const { outcome, published = said.published, list: itsOwn = list } = rows[0]?.answer ?? {}
      if (outcome === 'of_another_list') {
        return fail(
          invalid({
            field: 'list',
            message: say`must be the list that this version is of, which its digest says`,
            allowed: [itsOwn],
          }),
        )
      }
      if (outcome === 'fixed') {
        return fail({
          kind: 'conflict',
          code: 'published_otherwise',
          message: say`This version is in force, or waits to be agreed to, as published on ${published}: that is not said otherwise any more. Ask for it with that day; where the day is wrong, reject the request first.`,
          extra: { published },
        })
      }
      const staged = await settledList(kernel.pool, version, principal.id)
      return ok({ body: { version, list: staged?.list, missing_parts: staged?.missing } })
    },
  })

  const stage = route({
    method: 'PUT',
    url: '/v1/sanctions-lists/:version/parts/:n',
    summary: 'One part of an announced version of a sanctions list',
    access: MAY_BRING,
    params: z.object({ version: digest, n: partNumber }),
    body: part,
    idempotencyKey: 'required',
    async handle({ principal, params: { version, n }, body }) {
      const parsed = part.safeParse(body)
      if (!parsed.success) return fail(invalid(...fieldErrors(parsed.error.issues)))
      const { rows } = await kernel.pool.query<{ stands: 'unknown' | 'some_there' | 'all_there' | 'whole' }>(
        'SELECT transfers.bring_list_part($1, $2, $3, $4) AS stands',
        [version, principal.id, n, JSON.stringify(parsed.data.entries)],
      )
      const stands = rows[0]?.stands ?? 'unknown'
      if (stands === 'all_there') await settleVersion(kernel.pool, version, principal.id)
      if (stands !== 'unknown') return ok({ status: 204 })
      return fail({
        kind: 'not_found',
        code: 'not_found',
        message: say`You have announced no version ${version} with a part ${String(n)}. What one person announced is theirs alone to bring.`,
      })
    },
  })

  return [announce, stage]
}
