import { z } from 'zod'
import type { EventSource } from '../events/record-events.ts'
import { Day, Id, Instant, Version } from '../http/fields.ts'

export const PartySchema = z.strictObject({
  id: Id,
  version: Version,
  kind: z.enum(['person', 'company']),
  name: z.string(),
  country: z.string(),
  date_of_birth: Day.optional(),
  frozen: z.boolean(),
  frozen_since: Instant.optional(),
  freeze_reason: z.string().optional(),
})
export type Party = z.infer<typeof PartySchema>

/** How `party.*` events are drawn. */
export const PARTY_EVENTS: EventSource = {
  upstream: 'compliance',
  subjectKind: 'party',
  table: 'compliance.party',
  version: 't.version',
  data: 'compliance.party_json(t)',
  refs: `'[]'::jsonb`,
}
