import { fail, invalid, ok } from '@countersign/kernel/actions/failure.ts'
import { fieldErrors } from '@countersign/kernel/http/field-errors.ts'
import { type Route, route } from '@countersign/kernel/http/route.ts'
import type { Kernel } from '@countersign/kernel/kernel.ts'
import { say, written } from '@countersign/kernel/languages/say.ts'
import { z } from 'zod'
import { LIST_IDS } from './list-names.ts'
import { entriesOf, stagedList } from './staged-lists.ts'

/** Who may ask for a list to be taken into force may bring it. */
const MAY_BRING = { permission: 'transfers.take_list_into_force' }

const NAME_CHARACTERS_MAX = 1_000
const REMARKS_CHARACTERS_MAX = 100_000
const TOLD_MAX = 1_000
const PARTS_MAX = 1_000
const ENTRIES_MAX = 500_000

const name = z.string().min(1).max(NAME_CHARACTERS_MAX)
const told = z.array(z.string().min(1).max(NAME_CHARACTERS_MAX)).max(TOLD_MAX)
const day = z.iso.date(written(say`must be a day, YYYY-MM-DD`))

const entry = z.strictObject({
  uid: z.string().min(1).max(64),
  kind: z.enum(['individual', 'entity', 'vessel', 'aircraft']),
  name,
  aliases: z
    .array(z.strictObject({ name, as: z.enum(['aka', 'fka', 'nka']), weak: z.boolean() }))
    .max(TOLD_MAX),
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
  names: z
    .int()
    .min(1)
    .max(ENTRIES_MAX * 10),
  parts: z.int().min(1).max(PARTS_MAX),
})
const part = z.strictObject({ entries: z.array(entry).min(1) })
const digest = z.string().regex(/^[0-9a-f]{64}$/, written(say`must be a SHA-256 in hexadecimal digits`))

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
    async handle({ principal, params: { version }, body }) {
      const parsed = announcement.safeParse(body)
      if (!parsed.success) return fail(invalid(...fieldErrors(parsed.error.issues)))
      const before = await stagedList(kernel.pool, version)
      // What arrived whole and is something else is sent anew.
      const forget = before?.missing.length === 0 && (await entriesOf(kernel.pool, before)) === undefined
      await kernel.pool.query('SELECT transfers.announce_list($1)', [
        { ...parsed.data, sha256: version, staged_by: principal.id, forget },
      ])
      const staged = await stagedList(kernel.pool, version)
      return ok({ body: { version, list: staged?.list, missing_parts: staged?.missing } })
    },
  })

  const stage = route({
    method: 'PUT',
    url: '/v1/sanctions-lists/:version/parts/:n',
    summary: 'One part of an announced version of a sanctions list',
    access: MAY_BRING,
    params: z.object({ version: digest, n: z.coerce.number().int().min(0).max(PARTS_MAX) }),
    body: part,
    idempotencyKey: 'required',
    async handle({ params: { version, n }, body }) {
      const parsed = part.safeParse(body)
      if (!parsed.success) return fail(invalid(...fieldErrors(parsed.error.issues)))
      const { rows } = await kernel.pool.query<{ staged: boolean }>(
        'SELECT transfers.stage_list_part($1, $2, $3) AS staged',
        [version, n, JSON.stringify(parsed.data.entries)],
      )
      if (rows[0]?.staged) return ok({ status: 204 })
      return fail({
        kind: 'not_found',
        code: 'not_found',
        message: say`No version ${version} with a part ${String(n)} was announced.`,
      })
    },
  })

  return [announce, stage]
}
