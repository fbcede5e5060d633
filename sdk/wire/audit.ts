import type { EntityRef, WireTime } from './values.ts'

export type AuditEntry = {
  id: string
  at: WireTime
  kind: string
  event_sub_type?: string | null
  severity?: string | null
  actor: { id: string; name?: string; roles?: string[] } | null
  action: string | null
  /** With what the record is called, in the log of its own console. */
  target: (EntityRef & { title?: string }) | null
  reason: { code: string; note?: string | null } | string | null
  outcome: string
  ip_address?: string | null
  user_agent?: string | null
  request_id?: string | null
  /** The request (C-05) that the entry belongs to, and the move it records. */
  action_request_id?: string
  transition?: { from: string | null; to: string; revision: number }
  detail?: Record<string, unknown>
  leaf_index?: number | null
}

export type AuditPage = { entries: AuditEntry[]; next_cursor: string | null }

/** A page of one console's own part of the log; its first one begins with the security events of the last seven days. */
export type ConsoleAuditPage = {
  data: AuditEntry[]
  next_cursor: string | null
  security_events?: AuditEntry[]
}

export type InclusionProof = {
  leaf_index: number
  tree_size: number
  /** Base64, from the leaf's sibling up to the root's child (RFC 6962 §2.1.1). */
  inclusion_path: string[]
  /** C2SP signed note. */
  checkpoint: string
}
