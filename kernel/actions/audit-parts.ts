import { type AuditFacts, encodeAuditEntry, toJsonb } from '../audit/audit-entry.ts'
import { uuidV7 } from '../db/uuid-v7.ts'
import type { RequestOrigin } from '../identity/principal.ts'
import type { WriteParts } from './commit-write.ts'

export function originFacts(origin: RequestOrigin): Pick<AuditFacts, 'httpRequestId' | 'ip' | 'userAgent'> {
  return { httpRequestId: origin.httpRequestId, ip: origin.ip, userAgent: origin.userAgent }
}

export function auditOf(
  clock: { readonly now: () => Date },
  ...facts: readonly AuditFacts[]
): WriteParts['audit'] {
  return toJsonb(facts.map((fact) => encodeAuditEntry(fact, { id: uuidV7(), at: clock.now() })))
}
