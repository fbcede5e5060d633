import { entityId } from '@countersign/kernel/entities/entity-ref.ts'
import { instant } from '@countersign/kernel/time/instant.ts'
import { z } from 'zod'
import type { NamedHit } from './named-hit.ts'
import type { PartyHit } from './party-hits.ts'
import type { WaitingTransfers } from './waiting-transfers.ts'

/** A person or company as Compliance knows it. */
export const partySchema = z.object({
  id: entityId,
  version: z.int32().min(0),
  kind: z.enum(['person', 'company']),
  name: z.string(),
  country: z.string(),
  date_of_birth: z.string().optional(),
  frozen: z.boolean(),
  frozen_since: instant.optional(),
  freeze_reason: z.string().optional(),
})
export type Party = z.output<typeof partySchema> & {
  /** As they are known here; absent on a copy, and in a list. */
  readonly hits?: readonly PartyHit[]
  /** Of those, the ones that what is asked for names. */
  readonly named?: readonly NamedHit[]
  readonly waiting?: WaitingTransfers
}
