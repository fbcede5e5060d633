import type { Delivery } from '@countersign/kernel/actions/define-action.ts'
import type { AnswerReading } from '@countersign/kernel/connectors/upstream-reading.ts'
import type { ListQuery, ListReading, Reading } from '@countersign/kernel/entities/define-entity.ts'
import type { Text } from '@countersign/kernel/languages/say.ts'
import type { Allowlist, AllowlistEntry } from '../allowlist/allowlist.ts'
import type { RateLimit, RateLimitRule, WouldLimit } from '../rate-limit/rate-limit.ts'
import type { EdgeRefusals } from './edge-refusals.ts'

type Write = { readonly key: string; readonly ifMatch: string | null; readonly signal: AbortSignal }

/** Whom a limit or a list is of: one merchant, the operators of a console, or (a limit) all merchants together. */
export type EdgeOwner =
  | { readonly scope: 'global' }
  | { readonly scope: 'merchant'; readonly merchant_id: string }
  | { readonly scope: 'console'; readonly console: string }

export type NewRateLimit = EdgeOwner & RateLimitRule & { readonly route: string }

/** Every version of a record as it was, newest first. `nextBefore`: the version that the next page begins below. */
export type VersionsReading<State> =
  | {
      readonly status: 'found'
      readonly versions: readonly { readonly version: number; readonly at: string; readonly record: State }[]
      readonly nextBefore: number | null
    }
  | { readonly status: 'missing' }
  | { readonly status: 'unreadable'; readonly source: string; readonly why: Text }

export type VersionsQuery = { readonly limit: number; readonly before?: number | undefined }

/** The system of record for what may be sent to the platform, how often and from where. It sees no money. */
export type Edge = {
  readonly rateLimit: (id: string, signal?: AbortSignal) => Promise<Reading<RateLimit>>
  readonly rateLimits: (query: ListQuery, signal?: AbortSignal) => Promise<ListReading<RateLimit>>
  readonly rateLimitVersions: (
    id: string,
    query: VersionsQuery,
    signal?: AbortSignal,
  ) => Promise<VersionsReading<RateLimit>>
  /** Undefined where it cannot say now: a limit can be set all the same. */
  readonly wouldLimit: (limit: NewRateLimit, signal?: AbortSignal) => Promise<WouldLimit | undefined>
  readonly addRateLimit: (limit: NewRateLimit & { reason: string }, write: Write) => Promise<Delivery>
  readonly changeRateLimit: (
    id: string,
    change: RateLimitRule & { readonly reason: string },
    write: Write,
  ) => Promise<Delivery>
  readonly withdrawRateLimit: (
    id: string,
    request: { readonly reason: string },
    write: Write,
  ) => Promise<Delivery>

  readonly allowlist: (id: string, signal?: AbortSignal) => Promise<Reading<Allowlist>>
  readonly allowlists: (query: ListQuery, signal?: AbortSignal) => Promise<ListReading<Allowlist>>
  readonly allowlistVersions: (
    id: string,
    query: VersionsQuery,
    signal?: AbortSignal,
  ) => Promise<VersionsReading<Allowlist>>
  /** @param list.requested_from an address that the list must let in */
  readonly addAllowlist: (
    list: EdgeOwner & {
      readonly entries: readonly AllowlistEntry[]
      readonly reason: string
      readonly requested_from?: string
    },
    write: Write,
  ) => Promise<Delivery>
  readonly changeAllowlist: (
    id: string,
    change: {
      readonly entries: readonly AllowlistEntry[]
      readonly reason: string
      readonly requested_from?: string
    },
    write: Write,
  ) => Promise<Delivery>
  readonly withdrawAllowlist: (
    id: string,
    request: { readonly reason: string },
    write: Write,
  ) => Promise<Delivery>

  /** What was refused in a time of at most a day, by limits and lists together. */
  readonly refusals: (
    window: { readonly from: Date; readonly to: Date },
    signal?: AbortSignal,
  ) => Promise<AnswerReading<EdgeRefusals>>

  readonly operation: (key: string, signal: AbortSignal) => Promise<Delivery>
  /** For how long it remembers a key, in ms; undefined where it cannot be asked now. */
  readonly keyRetentionMs: (signal: AbortSignal) => Promise<number | undefined>
}
