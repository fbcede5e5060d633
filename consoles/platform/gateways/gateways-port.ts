import type { Delivery } from '@countersign/kernel/actions/define-action.ts'
import type { AnswerReading } from '@countersign/kernel/connectors/upstream-reading.ts'
import type { ListQuery, ListReading, Reading } from '@countersign/kernel/entities/define-entity.ts'
import type { Gateway } from '../gateway/gateway.ts'
import type { GatewayMetrics } from '../gateway/gateway-metrics.ts'
import type { Incident } from '../gateway/incident.ts'

type Write = { readonly key: string; readonly ifMatch: string | null; readonly signal: AbortSignal }

/**
 * The system of record for gateways: how they fare, and by which of them authorisations go.
 *
 * CRITICAL: P-11, operations cannot influence money movement. No member here reaches settlement or payouts, and none may be added: what can
 * be overridden is which gateway is asked to authorise a payment, for a time. What is captured is settled as it would have been.
 */
export type Gateways = {
  readonly gateway: (id: string, signal?: AbortSignal) => Promise<Reading<Gateway>>
  readonly gateways: (query: ListQuery, signal?: AbortSignal) => Promise<ListReading<Gateway>>
  readonly incidents: (query: ListQuery, signal?: AbortSignal) => Promise<ListReading<Incident>>
  /** Of the last hour where no time is named, of at most a day. */
  readonly metrics: (
    id: string,
    window: { readonly from?: string; readonly to?: string },
    signal?: AbortSignal,
  ) => Promise<AnswerReading<GatewayMetrics>>
  /** Has so many of a hundred authorisations whose turn is this gateway's go by another; it ends by itself at its time. */
  readonly override: (
    id: string,
    request: {
      readonly to: string
      readonly percent: number
      /** RFC 3339; within 24 hours. */
      readonly until: string
      readonly reason: string
    },
    write: Write,
  ) => Promise<Delivery>
  readonly endOverride: (id: string, request: { readonly reason: string }, write: Write) => Promise<Delivery>
  readonly operation: (key: string, signal: AbortSignal) => Promise<Delivery>
  /** For how long it remembers a key, in ms; undefined where it cannot be asked now. */
  readonly keyRetentionMs: (signal: AbortSignal) => Promise<number | undefined>
}
