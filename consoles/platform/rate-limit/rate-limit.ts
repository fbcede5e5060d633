import { entityId } from '@countersign/kernel/entities/entity-ref.ts'
import { instant } from '@countersign/kernel/time/instant.ts'
import { z } from 'zod'

export const RATE_LIMIT_SCOPES = ['global', 'merchant', 'console'] as const

/** How much may be sent: `limit` requests in a window of `window_s` seconds, and `burst` more at once where fewer came before. */
export type RateLimitRule = { readonly limit: number; readonly window_s: number; readonly burst: number }

/** What the edge lets through of one merchant, of all together, or of each operator of a console, on paths that begin so, in whole segments. */
export const rateLimitSchema = z.object({
  id: entityId,
  version: z.int32().min(0),
  scope: z.enum(RATE_LIMIT_SCOPES),
  merchant_id: entityId.optional(),
  console: z.string().optional(),
  route: z.string(),
  limit: z.int32().min(1),
  window_s: z.int32().min(1),
  burst: z.int32().min(0),
  state: z.enum(['active', 'withdrawn']),
  reason: z.string().optional(),
  created_at: instant,
  changed_at: instant,
})
export type RateLimit = z.output<typeof rateLimitSchema>

/** What a limit would have refused of the last 24 hours, by itself. */
export const wouldLimitSchema = z.object({
  requests: z.int().min(0),
  refused: z.int().min(0),
  merchants: z.int().min(0),
})
export type WouldLimit = z.output<typeof wouldLimitSchema>
