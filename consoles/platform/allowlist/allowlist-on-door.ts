import type { Json } from '@countersign/kernel/personal-data/canonical-json.ts'
import type { Allowlist } from './allowlist.ts'

/** A list in the spelling of `/api/ops/ip-whitelist`. */
export function allowlistOnDoor({
  merchant_id,
  console,
  reason,
  entries,
  merchant_name: _name,
  ...record
}: Allowlist & { readonly merchant_name?: string }): Record<string, Json> {
  return {
    ...record,
    entries: entries.map(({ name, cidr, expires_at }) => ({ name, cidr, expires_at: expires_at ?? null })),
    ...{ merchant_id: merchant_id ?? null, console: console ?? null, reason: reason ?? null },
  }
}
