import { z } from 'zod'
import type { ReasonCode } from '../actions/define-action.ts'
import { type Failure, invalid } from '../actions/failure.ts'
import { noteMissing } from '../actions/note-missing.ts'
import { personalInputs } from '../actions/seal-input.ts'
import { NOTE_MAX_CHARACTERS } from '../actions/submission.ts'
import { unknownReason } from '../actions/unknown-reason.ts'
import type { BoundAction } from '../console.ts'
import { entityRef, refText } from '../entities/entity-ref.ts'
import { say, written } from '../languages/say.ts'
import { freeText } from '../personal-data/free-text.ts'

/** kernel.bulk_row says the same. */
export const BULK_ROWS_MAX = 1_000
/** Where the effect of a request over many records goes: to the dispatcher, which makes a request of each row. */
export const BULK_CONNECTOR = 'bulk'

const row = z.strictObject({ target: entityRef, expected_version: z.string().max(128).optional() })
const reason = z.strictObject({
  code: z.string().max(64),
  note: freeText(NOTE_MAX_CHARACTERS).optional(),
})
const members = {
  rows: z
    .array(row)
    .min(1, written(say`name at least one record`))
    .max(BULK_ROWS_MAX, written(say`at most ${BULK_ROWS_MAX} records at once`)),
  input: z.record(z.string(), z.unknown()).optional(),
}

export const bulkPreviewBody = z.strictObject({ ...members, reason: reason.optional() })
export const bulkBody = z.strictObject({
  ...members,
  reason,
  preview_digest: z.string().max(128),
  /** The executed request over many records that this one takes back, as far as its rows go. */
  undoes: z.uuid(written(say`must be the id of a request, a UUID`)).optional(),
})

export type BulkAsked = {
  readonly rows: readonly z.output<typeof row>[]
  readonly input: Readonly<Record<string, unknown>> | undefined
  readonly reason: { readonly code: string; readonly note?: string | undefined } | undefined
}

/** Whether one request may be made over many of its records: what happens at an upstream, record by record. */
export function takesMany(action: Pick<BoundAction, 'console' | 'connectors' | 'oneByOne'>): boolean {
  return action.console !== 'kernel' && action.connectors.length > 0 && !action.oneByOne
}

/** What is wrong with the request as a whole, whatever its records are. */
export function faultOf(action: BoundAction, asked: BulkAsked): Failure | undefined {
  if (!takesMany(action)) {
    return {
      kind: 'conflict',
      code: 'not_in_bulk',
      message: say`"${action.present.title}" is asked for record by record.`,
    }
  }
  // What is said of one person is not said of many, and whoever agrees would be shown it of none.
  const personal = personalInputs(action.inputSchema).find(({ name }) => asked.input?.[name] !== undefined)
  if (personal) {
    return invalid({
      field: `input.${personal.name}`,
      message: say`is personal data of one record, so it is not taken for many at once. Ask for that record alone.`,
    })
  }
  const seen = new Map<string, number>()
  for (const [index, { target }] of asked.rows.entries()) {
    if (target.kind !== action.targetKind) {
      return invalid({
        field: `rows.${index}.target.kind`,
        message: say`is not what this action acts on`,
        allowed: [action.targetKind],
      })
    }
    const earlier = seen.get(refText(target))
    if (earlier !== undefined) {
      return invalid({ field: `rows.${index}.target`, message: say`is the record of rows.${earlier} again` })
    }
    seen.set(refText(target), index)
  }
  return asked.reason && reasonFault(action.reasons, asked.reason)
}

function reasonFault(
  codes: readonly ReasonCode[],
  reason: NonNullable<BulkAsked['reason']>,
): Failure | undefined {
  const code = codes.find((known) => known.code === reason.code)
  if (!code) {
    return unknownReason(codes)
  }
  return noteMissing(code, reason.note)
}
