import { entityId } from '@countersign/kernel/entities/entity-ref.ts'
import { z } from 'zod'

/** A person or company as Compliance knows it. */
export const partySchema = z.object({
  id: entityId,
  version: z.int(),
  kind: z.enum(['person', 'company']),
  name: z.string(),
  country: z.string(),
  date_of_birth: z.string().optional(),
  frozen: z.boolean(),
  frozen_since: z.string().optional(),
  freeze_reason: z.string().optional(),
})
export type Party = z.output<typeof partySchema>
