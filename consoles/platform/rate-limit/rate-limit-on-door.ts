import type { Json } from '@countersign/kernel/personal-data/canonical-json.ts'
import type { RateLimit } from './rate-limit.ts'

/** A limit in the spelling of `/api/ops/rate-limits`. */
export function rateLimitOnDoor({
  merchant_id,
  console,
  reason,
  merchant_name: _name,
  ...record
}: RateLimit & { readonly merchant_name?: string }): Record<string, Json> {
  return { ...record, merchant_id: merchant_id ?? null, console: console ?? null, reason: reason ?? null }
}
