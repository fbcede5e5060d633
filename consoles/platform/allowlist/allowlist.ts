import { entityId } from '@countersign/kernel/entities/entity-ref.ts'
import { instant } from '@countersign/kernel/time/instant.ts'
import { z } from 'zod'

export const ALLOWLIST_SCOPES = ['merchant', 'console'] as const

export const allowlistEntrySchema = z.object({
  name: z.string(),
  cidr: z.string(),
  /** From then on it lets nobody in. */
  expires_at: instant.optional(),
})
export type AllowlistEntry = z.output<typeof allowlistEntrySchema>

/** From where one merchant, or the operators of a console, may come; where there is none, from anywhere. */
export const allowlistSchema = z.object({
  id: entityId,
  version: z.int32().min(0),
  scope: z.enum(ALLOWLIST_SCOPES),
  merchant_id: entityId.optional(),
  console: z.string().optional(),
  entries: z.array(allowlistEntrySchema),
  state: z.enum(['active', 'withdrawn']),
  reason: z.string().optional(),
  created_at: instant,
  changed_at: instant,
})
export type Allowlist = z.output<typeof allowlistSchema>
