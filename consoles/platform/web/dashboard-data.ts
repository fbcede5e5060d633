import type { EntityRef, PersonRef, WireTime } from '@countersign/sdk/wire/values.ts'
import type { BreakerData } from './gateway-data.ts'

/** A part whose system of record cannot be read now. */
export type UnreadPart = { state: 'unreadable'; source: string; why: string }

export type TroubledGateway = {
  id: string
  name: string
  status: string
  since: WireTime
  status_reason: string | null
  breaker: Pick<BreakerData, 'state' | 'next_probe_at'>
  override: { to: string; to_name?: string; percent: number; until: WireTime } | null
}

/** `GET /api/ops/dashboard`. */
export type DashboardAnswer = {
  data: {
    as_of: WireTime
    gateways: { state: 'known'; total: number; needing_attention: TroubledGateway[] } | UnreadPart
    merchants:
      | {
          state: 'known'
          suspended: { count: number; more: boolean }
          newest: { id: string; name: string; suspended_since: WireTime | null; reason: string | null }[]
        }
      | UnreadPart
    limits:
      | {
          state: 'known'
          since: WireTime
          requests: number
          refused: number
          most_refused: { merchant_id: string | null; route: string; requests: number; refused: number }[]
        }
      | UnreadPart
    approvals: {
      waiting: number
      yours: number
      oldest_at: WireTime | null
      next_expires_at: WireTime | null
    }
    security_events: {
      since: WireTime
      count: number
      more: boolean
      by_kind: { event: string; count: number; newest_at: WireTime; severity: string | null; entry: string }[]
    }
    recent_changes: {
      id: string
      title: string
      target: EntityRef & { title?: string }
      requested_by: PersonRef
      reason: { code: string; title?: string; note?: string | null } | null
      at: WireTime
    }[]
  }
}
