import type { EntityRef, PersonRef, WireTime } from './values.ts'

export type Evidence = {
  id: string
  entity: EntityRef
  name: string
  type: string
  bytes: number
  /** Hexadecimal. */
  sha256: string
  state: 'available' | 'quarantined' | 'removed'
  scan: { verdict: 'clean' | 'infected' | 'unavailable' | 'not_scanned'; detail: string | null }
  retention: { class: string; keep_until: WireTime; legal_hold: boolean }
  attached_by: PersonRef
  at: WireTime
  removed_at: WireTime | null
}

export type EvidencePage = {
  evidence: Evidence[]
  next_cursor: string | null
  /** Whether whoever reads may write beside the record. */
  may_annotate: boolean
  /** What may be attached. */
  accepts: {
    types: { type: string; title: string }[]
    max_bytes: number
    retention: { name: string; title: string }[]
  }
}
