import { z } from 'zod'
import type { BoundAction } from '../console.ts'
import { entityRef } from '../entities/entity-ref.ts'
import type { Principal, RequestOrigin } from '../identity/principal.ts'
import { say, written } from '../languages/say.ts'
import type { Json } from '../personal-data/canonical-json.ts'
import { freeText } from '../personal-data/free-text.ts'
import { instant } from '../time/instant.ts'

/** Longest note that a reason may carry. */
export const NOTE_MAX_CHARACTERS = 2_000

export const submissionBody = z.strictObject({
  target: entityRef,
  input: z.record(z.string(), z.unknown()).optional(),
  reason: z.strictObject({ code: z.string().max(64), note: freeText(NOTE_MAX_CHARACTERS).optional() }),
  expected_version: z.string().max(128).optional(),
  preview_digest: z.string().max(128).optional(),
  emergency: z.boolean().optional(),
  break_glass: z.boolean().optional(),
  /** When it is to be carried out; absent: as soon as it is agreed to. */
  scheduled_for: instant.optional(),
  /** The executed request that this one takes back. */
  undoes: z.uuid(written(say`must be the id of a request, a UUID`)).optional(),
})

export type Submission = {
  readonly principal: Principal
  readonly origin: RequestOrigin
  readonly action: BoundAction
  /** `POST /v1/actions/transfers.return_transfer`: idempotency keys belong to an actor and a door. */
  readonly door: string
  readonly key: string
  /** Digested for idempotency as it came in, before it is parsed. */
  readonly rawBody: Json
  /** From the raw body to the body above; the doors of the seeds have spellings of their own. */
  readonly body: unknown
  /** The door takes no preview digest: the server previews and binds in the same step (C-04). */
  readonly bindsPreview: boolean
  /** The door takes no reason: it says so in its place, which is none of the action's codes (C-20). */
  readonly asksNoReason?: boolean
}
