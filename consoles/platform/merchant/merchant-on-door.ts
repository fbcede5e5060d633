import type { Json } from '@countersign/kernel/personal-data/canonical-json.ts'
import { redacted } from '@countersign/kernel/personal-data/sealing.ts'
import type { Merchant } from './merchant.ts'

/** A merchant in the spelling of `/api/ops/merchants`; the address to write to in its redacted form. */
export function merchantOnDoor({ contact, config, state, ...record }: Merchant): Record<string, Json> {
  return {
    ...{ id: record.id, version: record.version, name: record.name, legal_name: record.legal_name },
    ...{ country: record.country, mcc: record.mcc, status: state },
    contact: { email: redacted(contact.email, 'email') },
    ...{ api_access: config.api_access, checkout_methods: config.checkout_methods },
    suspended_since: record.suspended_since ?? null,
    suspend_reason: record.suspend_reason ?? null,
    created_at: record.created_at,
  }
}
